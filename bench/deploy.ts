import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { announce, follow, ship } from '../sandbox/ship.ts';
import { percentile, seconds, table, type Section } from './results.ts';

const REVISIONS = 5;

/** Time from sending the webhook until the new revision answers over HTTP, seen from outside, on a node that runs. */
export async function benchDeploy(sandbox: Sandbox, repo: string): Promise<Section> {
  const first = await deployOnce(sandbox, repo, 'Wake the node');
  const answers: number[] = [];
  const ends: number[] = [];
  for (let index = 1; index <= REVISIONS; index++) {
    const { answeredMs, endedMs } = await deployOnce(sandbox, repo, `Revision ${index}`, first.address);
    answers.push(answeredMs);
    ends.push(endedMs);
  }
  const row = (what: string, times: number[]): string[] => [
    what,
    seconds(percentile(times, 0)),
    seconds(percentile(times, 0.5)),
    seconds(percentile(times, 1)),
  ];
  return {
    title: 'Deploy on a node that runs, from the webhook on',
    lines: [
      ...table(
        ['until', 'min', 'median', 'max'],
        [row('the new revision answers', answers), row('the release is closed', ends)],
      ),
      '',
      `${REVISIONS} revisions. From a stopped instance, first image pull included: ${seconds(first.endedMs)}.`,
    ],
  };
}

async function deployOnce(
  sandbox: Sandbox,
  repo: string,
  message: string,
  address?: string,
): Promise<{ answeredMs: number; endedMs: number; address: string }> {
  const shipped = await ship(sandbox, repo, { message });
  const began = performance.now();
  const { releases } = await announce(sandbox, shipped);
  const answered =
    address === undefined ? undefined : untilAnswers(address, shipped.revision).then(() => performance.now() - began);
  const ended = await follow(sandbox, releases[0] ?? '', () => undefined);
  if (ended.release?.outcome !== 'succeeded') throw new Error(ended.summary);
  const endedMs = performance.now() - began;
  return { answeredMs: (await answered) ?? endedMs, endedMs, address: ended.release.address ?? '' };
}

async function untilAnswers(address: string, revision: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://${address}:31445/version`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    await answer?.arrayBuffer();
    if (answer?.headers.get('x-revision') === revision) return;
    await sleep(50);
  }
}
