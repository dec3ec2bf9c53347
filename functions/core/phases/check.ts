import { asReleaseError, fail } from '../errors.ts';
import type { Clock, Site } from '../ports.ts';
import type { Say } from './step.ts';

/** kube-proxy programs a NodePort within a second or two of the endpoint; a new boot needs longer. */
const WAIT_MS = 45_000;
const POLL_MS = 300;
/** A pod that ends answers for as long as not every rule of kube-proxy leaves it out: one right answer may be luck. */
const IN_A_ROW = 4;

/**
 * Asks the app from outside until it answers 2xx and names this revision, four times in a row, each over a connection of its own. Anything else after 45 s is SmokeTestFailed with
 * the last answer. This is what "succeeded" means: pods that call themselves ready prove nothing about who answers.
 */
export async function check(
  ports: { site: Site; clock: Clock },
  url: string,
  revision: string,
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const end = ports.clock.now().getTime() + WAIT_MS;
  for (let right = 0; ;) {
    const answer = await ask(ports.site, url, revision, signal);
    right = answer === undefined ? right + 1 : 0;
    if (right === IN_A_ROW) return say(`${url} answers with revision ${revision.slice(0, 7)}`);
    if (answer === undefined) {
      await ports.clock.sleep(POLL_MS, signal);
      continue;
    }
    if (ports.clock.now().getTime() > end) {
      throw fail('SmokeTestFailed', `${url} did not answer with revision ${revision.slice(0, 7)}: ${answer}.`, { url });
    }
    say(`waiting for ${url}: ${answer}`);
    await ports.clock.sleep(POLL_MS, signal);
  }
}

/** undefined when the right revision answers; else what came instead. */
async function ask(site: Site, url: string, revision: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { status, revision: answered } = await site.get(url, signal);
    if (status < 200 || status > 299) return `status ${status}`;
    if (answered === undefined) return 'the answer names no revision (header x-revision or a JSON field "revision")';
    return answered === revision ? undefined : `it is still revision ${answered.slice(0, 7)}`;
  } catch (error) {
    signal.throwIfAborted();
    return asReleaseError(error).message;
  }
}
