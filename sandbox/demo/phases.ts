import type { Answer } from '../ship.ts';

/** Prints each phase of a release once it is done, and tells what the one that runs now waits for. */
export function phaseLines(print: (line: string) => void): { show(answer: Answer): string } {
  const printed = new Set<string>();
  return {
    show: (answer) => {
      let now = 'queued';
      for (const { name, state, ms, detail } of answer.phases ?? []) {
        if (state === 'running') now = `${name}: ${detail ?? '…'}`;
        if (state === 'running' || printed.has(name)) continue;
        printed.add(name);
        const mark = state === 'failed' || isBad(answer, name) ? '✕' : '✓';
        print(`  ${mark} ${name.padEnd(10)} ${seconds(ms).padStart(7)}  ${detail ?? ''}`);
      }
      return now;
    },
  };
}

/** A rollout that fails is a verdict, so its phase is done; for a reader it is where the release went wrong. */
function isBad(answer: Answer, phase: string): boolean {
  return phase === 'verify' && answer.failure !== undefined;
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '' : `${(ms / 1_000).toFixed(1)} s`;
}
