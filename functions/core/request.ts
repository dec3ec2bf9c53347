import * as z from 'zod';
import { unaccountable } from './break-glass.ts';
import { fail } from './errors.ts';
import { plainLine } from './plain-line.ts';
import type { ReleaseRequest } from './release.ts';

const count = z.int().positive();
const time = z.iso.datetime({ offset: true });

/** The message on the queue, and nothing else: a key that is not here is a mistake, or somebody's attempt. */
const Fields = z.strictObject({
  version: z.literal(1),
  id: z.string().regex(/^[\w-]{1,128}$/, 'a release id'),
  action: z.enum(['deploy', 'rollback']),
  environment: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a name in lower case'),
  revision: z.string().regex(/^[0-9a-f]{40}$/, 'a full commit SHA, 40 hex digits in lower case'),
  trigger: z.enum(['workflow_run', 'console', 'schedule']),
  actor: plainLine(256),
  requestedAt: time,
  run: z.strictObject({ id: count, number: count, attempt: count, createdAt: time }).exactOptional(),
  delivery: plainLine(128).exactOptional(),
  reason: plainLine(1_000).exactOptional(),
  restores: plainLine(128).exactOptional(),
  plan: z.boolean().exactOptional(),
  breakGlass: z.boolean().exactOptional(),
  resumed: z.int().nonnegative().exactOptional(),
});

/** Nobody gets past the gate by a message that a function would not have sent. */
const Request = Fields.superRefine((request, context) => {
  if (request.breakGlass !== true) return;
  for (const { key, problem } of unaccountable(request))
    context.addIssue({ code: 'custom', path: [key], message: problem });
});

/** Reads the body of a queue message. Throws PayloadInvalid that names every problem with its path, never the values. */
export function parseRequest(body: string): ReleaseRequest {
  const result = Request.safeParse(parseJson(body));
  if (result.success) return result.data;
  const problems = [...new Set(result.error.issues.flatMap(describeIssue))];
  throw fail('PayloadInvalid', `This is not a release request: ${problems.join('; ')}.`, { problems });
}

/** Two requests with the same key are one message on the queue. Queued again for lack of time, a request is a new message. */
export function messageKey(request: ReleaseRequest): string {
  return JSON.stringify([request.id, request.resumed ?? 0]);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw fail('PayloadInvalid', 'This is not a release request: the body is not JSON.', {}, error);
  }
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  const at = (keys: PropertyKey[]): string => (keys.length === 0 ? '(top)' : keys.map(String).join('.'));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${at([...issue.path, key])}: unknown key`);
  return [`${at(issue.path)}: ${issue.message}`];
}
