import type { Phase } from './answer.ts';
import { phaseRow } from './describe-answer.ts';
import type { Ask } from './invoke.ts';
import { printable } from './text.ts';

/** What is being waited for: the release that `actor` opens in `environment`, and that is none of `known`. */
export interface Followed {
  environment: string;
  actor: string;
  known: ReadonlySet<string>;
}

/** Ids of the latest releases to the environment. */
export async function releasesOf(ask: Ask, environment: string): Promise<Set<string>> {
  const { environments = [] } = await ask('status', { environment });
  return new Set(environments.flatMap(({ releases }) => releases.map(({ id }) => id)));
}

/**
 * Tells each new state of the phases of a release that another call runs, until `signal` ends. `pause` waits between two looks and may
 * reject when the signal ends. The release is found by what is new: its id is made where it runs.
 * Never throws: it only tells, and the answer of the call is what counts.
 */
export async function follow(
  ask: Ask,
  followed: Followed,
  say: (line: string) => void,
  pause: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const told = new Map<string, string>();
  let release: string | undefined;
  while (!signal.aborted) {
    try {
      release ??= await find(ask, followed);
      const phases = release === undefined ? [] : ((await ask('status', { release })).phases ?? []);
      if (signal.aborted) return;
      for (const phase of phases.filter(({ name, state, detail = '' }) => told.get(name) !== `${state} ${detail}`)) {
        say(lineOf(phase));
        told.set(phase.name, `${phase.state} ${phase.detail ?? ''}`);
      }
    } catch {
      // One look that failed; the next one tells more.
    }
    await pause().catch(() => undefined);
  }
}

async function find(ask: Ask, { environment, actor, known }: Followed): Promise<string | undefined> {
  const { environments = [] } = await ask('status', { environment });
  const releases = environments.flatMap((one) => one.releases);
  return releases.find((one) => !known.has(one.id) && one.actor === actor)?.id;
}

function lineOf(phase: Phase): string {
  const [name = '', state = '', time = '', detail = ''] = phaseRow(phase);
  return printable(`${name.padEnd(13)}${state.padEnd(9)}${time.padStart(6)}  ${detail}`.trimEnd());
}
