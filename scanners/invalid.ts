const NAME = 'InvalidReport';

/**
 * Why a report proves nothing. The reason completes the sentence "<file name> …" (`is cut off`), names fields and places, and never
 * quotes a value: that may be a secret or source text.
 */
export function invalid(reason: string): Error {
  return Object.assign(new Error(reason), { name: NAME });
}

/** The reason of an error that `invalid` made; undefined for any other. */
export function reasonOf(error: unknown): string | undefined {
  return error instanceof Error && error.name === NAME ? error.message : undefined;
}
