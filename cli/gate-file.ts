import * as z from 'zod';
import { fail } from '../functions/core/errors.ts';
import { severities } from '../scanners/finding.ts';
import type { Decision } from '../scanners/policy/decision.ts';
import { readText } from './files.ts';

const count = z.int().nonnegative();
const Waiver = z
  .looseObject({
    id: z.string().optional(),
    fingerprint: z.string().optional(),
    owner: z.string(),
    expires: z.string(),
  })
  .refine(({ id, fingerprint }) => id !== undefined || fingerprint !== undefined, 'expected id, fingerprint or both');

const Report = z.looseObject({
  tool: z.string(),
  scanner: z.looseObject({ name: z.string(), version: z.string().optional() }).optional(),
  subject: z.looseObject({ imageId: z.string().optional() }).optional(),
  coverage: z.record(z.string(), count).optional(),
  findings: count.optional(),
});

/** The part of a decision that a predicate is made of. What the values may be is up to the predicate. */
const GateFile = z.looseObject({
  verdict: z.enum(['pass', 'block', 'invalid']),
  counts: z.looseObject(Object.fromEntries(severities.map((severity) => [severity, count]))),
  blocking: count,
  reasons: z.array(z.string()),
  waivers: z.looseObject({ used: z.array(z.looseObject({ waiver: Waiver })) }),
  decidedBy: z.looseObject({
    at: z.string(),
    policy: z.looseObject({ digest: z.string() }),
    reports: z.array(Report),
  }),
});

/** What `hawser gate --json` printed into the file. Throws InputInvalid with every problem of it. */
export async function readGateFile(path: string): Promise<Decision> {
  const text = await readText(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fail('InputInvalid', `${path} is not JSON; expected what hawser gate --json prints.`, {}, error);
  }
  const read = GateFile.safeParse(json);
  // Nothing of a decision is used beside what was checked here.
  if (read.success) return read.data as unknown as Decision;
  const problems = read.error.issues.map(({ path: at, message }) => `${at.join('.') || '(top)'}: ${message}`);
  throw fail('InputInvalid', `${path} is not what hawser gate --json prints: ${problems.join('; ')}.`, {
    source: path,
    problems,
  });
}
