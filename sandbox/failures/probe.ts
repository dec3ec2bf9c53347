import { request } from 'node:http';

/** What one question of the prober came to. */
type Asked = { ok: true } | { ok: false; at: number; why: string };

export interface Count {
  asked: number;
  failed: number;
  /** Milliseconds from the first failed question to the last. */
  away: number;
  /** The first failures, in words. */
  why: string[];
}

/** Asks one URL again and again, from outside the cluster, as its users do. */
export interface Prober {
  /** What came since the last call, once all that is under way has been answered. */
  count(): Promise<Count>;
  stop(): Promise<void>;
}

const EVERY_MS = 50;
/** Long enough that a busy machine is not taken for an app that is away. */
const PATIENCE_MS = 5_000;

/** Begins to ask, every 50 ms on a new connection each: one that is kept open would stay with a pod that no longer serves. */
export function startProber(url: string): Prober {
  const pending = new Set<Promise<void>>();
  let answers: Asked[] = [];
  const timer = setInterval(() => {
    const at = Date.now();
    const asking = ask(url).then((why) => void answers.push(why === undefined ? { ok: true } : { ok: false, at, why }));
    pending.add(asking);
    void asking.finally(() => pending.delete(asking));
  }, EVERY_MS);
  const settle = async (): Promise<void> => void (await Promise.all(pending));
  return {
    async count() {
      await settle();
      const taken = answers;
      answers = [];
      const failed = taken.flatMap((one) => (one.ok ? [] : [one]));
      const times = failed.map(({ at }) => at);
      return {
        asked: taken.length,
        failed: failed.length,
        away: failed.length === 0 ? 0 : Math.max(...times) - Math.min(...times),
        why: [...new Set(failed.map(({ why }) => why))].slice(0, 3),
      };
    },
    async stop() {
      clearInterval(timer);
      await settle();
    },
  };
}

/** undefined when it answers 200; else why not. */
function ask(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false, timeout: PATIENCE_MS }, (response) => {
      response.on('error', (error) => resolve(error.message)).resume();
      response.on('end', () => resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`));
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer in ${PATIENCE_MS} ms`)));
    asked.on('error', (error) => resolve(error.message));
    asked.end();
  });
}
