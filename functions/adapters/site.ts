import { fail } from '../core/errors.ts';
import type { Site } from '../core/ports.ts';

const TIMEOUT_MS = 5_000;
/** An answer is asked for its revision, not read for pleasure. */
const MAX_BYTES = 64 * 1024;

/**
 * One GET of the deployed app. Redirects are not followed: the answer must be the app's own. The revision is the header
 * `x-revision`, or the field `revision` of a JSON body. `timeoutMs`: how long an answer may take.
 */
export function site({ timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {}): Site {
  return {
    get: async (url, signal) => {
      try {
        const response = await fetch(url, {
          redirect: 'manual',
          headers: { accept: 'application/json', 'user-agent': 'hawser', connection: 'close' },
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        });
        const body = await readSome(response);
        const revision = response.headers.get('x-revision') ?? revisionIn(body);
        return { status: response.status, body, ...(revision === undefined ? {} : { revision }) };
      } catch (error) {
        signal.throwIfAborted();
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
        throw fail('SmokeTestFailed', `no answer (${cause})`, { url }, error);
      }
    },
  };
}

async function readSome(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > MAX_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BYTES).toString('utf8');
}

function revisionIn(body: string): string | undefined {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json !== 'object' || json === null || !('revision' in json)) return undefined;
    return typeof json.revision === 'string' ? json.revision : undefined;
  } catch {
    return undefined;
  }
}
