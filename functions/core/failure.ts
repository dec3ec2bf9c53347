import type { ReleaseError } from './errors.ts';
import type { Failure } from './release.ts';

/** The failure as a release keeps and shows it. `extra` is the evidence: the object it is about, its events, its last log lines. */
export function failureOf(
  error: ReleaseError,
  extra: { subject?: string; events?: string[]; logs?: string[] } = {},
): Failure {
  return {
    code: error.code,
    owner: error.owner,
    retryable: error.retryable,
    message: error.message,
    hint: error.hint,
    docs: `docs/errors.md#${error.code.toLowerCase()}`,
    ...(extra.subject === undefined ? {} : { subject: extra.subject }),
    events: extra.events ?? [],
    logs: extra.logs ?? [],
  };
}
