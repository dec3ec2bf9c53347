import { fail } from '../../core/errors.ts';
import type { Site } from '../../core/ports.ts';

/** A site in memory: `answer` says what serves at a URL now; undefined means that nobody listens there. */
export function memorySite(answer: (url: string) => { status: number; revision?: string } | undefined): Site {
  return {
    get: async (url, signal) => {
      await Promise.resolve();
      signal.throwIfAborted();
      const found = answer(url);
      if (found === undefined) throw fail('SmokeTestFailed', 'no answer (connect ECONNREFUSED)', { url });
      return { ...found, body: '' };
    },
  };
}
