import { caller } from './errors/caller.ts';
import { change } from './errors/change.ts';
import { config } from './errors/config.ts';
import type { Owner } from './errors/entry.ts';
import { internal } from './errors/internal.ts';
import { platform } from './errors/platform.ts';

export type { Owner } from './errors/entry.ts';

/**
 * Every failure that Hawser reports, by its code. Codes are PascalCase as Kubernetes' reasons are; each owner's stand in a
 * file of their own, and a code that two files have does not compile: no entry satisfies both.
 * docs/errors.md documents the same set; a test holds the two together.
 */
export const catalogue = {
  ...caller,
  ...config,
  ...change,
  ...platform,
  ...internal,
} as const satisfies typeof caller & typeof config & typeof change & typeof platform & typeof internal;

export type ErrorCode = keyof typeof catalogue;

/** Facts of a failure: they fill the hint and are shown in results. Never a secret. */
export type Details = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** The one error class. Made only by `fail`; everything that people read comes from the catalogue and the sentence. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError';
  readonly code: ErrorCode;
  readonly owner: Owner;
  readonly retryable: boolean;
  readonly hint: string;
  readonly details: Details;

  constructor(code: ErrorCode, message: string, details: Details = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    const entry = catalogue[code];
    this.code = code;
    this.owner = entry.owner;
    this.retryable = entry.retryable;
    this.hint = fill(entry.hint, details);
    this.details = details;
  }
}

/** Makes the error of `code`: `message` is one sentence that names the thing; `details` fill the hint. */
export function fail(code: ErrorCode, message: string, details: Details = {}, cause?: unknown): ReleaseError {
  return new ReleaseError(code, message, details, cause);
}

/** Any thrown value as a ReleaseError: what is not one already is `Unexpected`, its text kept as the cause's. */
export function asReleaseError(thrown: unknown): ReleaseError {
  if (thrown instanceof ReleaseError) return thrown;
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new ReleaseError('Unexpected', `Something failed that Hawser does not know: ${text}.`, {}, thrown);
}

/** Unknown names stay visible as `…`, so that a hint never shows a brace. */
function fill(hint: string, details: Details): string {
  return hint.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? '…'));
}
