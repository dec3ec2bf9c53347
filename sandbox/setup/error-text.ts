/** An error as vitest hands it over; what was thrown as its cause may be anything. */
export interface TestError {
  message: string;
  stack?: string;
  diff?: string;
  cause?: unknown;
}

/** Causes of causes; a chain that is longer, or goes in a circle, is cut. */
const MOST_CAUSES = 8;

/**
 * The message, where in our code it happened, the difference, and each cause with its own code: a client library often says only what
 * it was doing, and the cause alone why that failed. Frames of Node.js and of packages say nothing here.
 */
export function errorText(error: TestError, causesLeft = MOST_CAUSES): string {
  const lines = (error.stack ?? error.message).split('\n');
  const ours = lines.filter((line) => !/^\s+at .*(node_modules|node:)/.test(line));
  const cause = causesLeft === 0 ? [] : causeLines(error.cause, causesLeft - 1);
  return [...ours, ...(error.diff === undefined ? [] : [error.diff]), ...cause].join('\n');
}

function causeLines(cause: unknown, causesLeft: number): string[] {
  if (cause === undefined || cause === null) return [];
  if (!isError(cause)) return [`caused by ${typeof cause === 'string' ? cause : JSON.stringify(cause)}`];
  const code = typeof cause.code === 'string' ? ` (${cause.code})` : '';
  return [`caused by${code} ${errorText(cause, causesLeft)}`];
}

function isError(value: unknown): value is TestError & { code?: unknown } {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string';
}
