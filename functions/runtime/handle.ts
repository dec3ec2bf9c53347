import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import { asReleaseError, fail } from '../core/errors.ts';
import { failureOf } from '../core/failure.ts';
import type { Result } from '../core/result.ts';
import { log, redact, RESERVE_MS } from './wire.ts';

/** What a function's work gets beside its input. */
export interface Invocation {
  /** Ends RESERVE_MS before Lambda's own deadline; its reason is DeadlineReached. */
  signal: AbortSignal;
  /** Id of this invocation. */
  id: string;
}

/**
 * Makes a Lambda handler for calls by hand and by schedule: checks the input against `schema` (unknown keys are refused by
 * name, all problems at once), gives the work its deadline, and answers with a Result. What was to be expected is `ok: false`
 * in the answer, never a thrown stack trace; nothing leaves unredacted.
 */
export function handle<Input>(
  name: string,
  schema: z.ZodType<Input>,
  work: (input: Input, invocation: Invocation) => Promise<Result>,
) {
  return async (event: unknown, context: Context): Promise<Result> => {
    const parsed = schema.safeParse(event ?? {});
    if (!parsed.success) return redact.value(refuse(name, parsed.error));
    return withDeadline(context, async (invocation) => {
      try {
        return redact.value(await work(parsed.data, invocation));
      } catch (thrown) {
        return redact.value(failed(thrown));
      }
    });
  };
}

/** Runs `work` with a signal that leaves it RESERVE_MS to write down where it stopped. */
export async function withDeadline<T>(context: Context, work: (invocation: Invocation) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const left = Math.max(0, context.getRemainingTimeInMillis() - RESERVE_MS);
  const timer = setTimeout(
    () => deadline.abort(fail('DeadlineReached', 'The time of this invocation ran short.')),
    left,
  );
  try {
    return await work({ signal: deadline.signal, id: context.awsRequestId });
  } finally {
    clearTimeout(timer);
  }
}

function refuse(name: string, error: z.ZodError): Result {
  const problems = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `unknown key ${key}`)
      : [`${issue.path.join('.') || 'input'}: ${issue.message}`],
  );
  return failed(
    fail('InputInvalid', `The input of ${name} is refused: ${problems.join('; ')}.`, { function: name, problems }),
  );
}

function failed(thrown: unknown): Result {
  const error = asReleaseError(thrown);
  log.error('function failed', { code: error.code, error: error.message, cause: causeOf(error.cause) });
  return { ok: false, summary: error.message, next: [error.hint], failure: failureOf(error) };
}

function causeOf(cause: unknown): string | undefined {
  return cause instanceof Error ? (cause.stack ?? cause.message) : undefined;
}
