import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Release } from '../../functions/core/release.ts';
import type { FailureCase } from './case.ts';
import { admissionCases } from './cases/admission.ts';
import { awayCases } from './cases/away.ts';
import { configCases } from './cases/config.ts';
import { containerCases } from './cases/container.ts';
import { imageCases } from './cases/image.ts';
import { manifestCases } from './cases/manifest.ts';
import { probeCases } from './cases/probe.ts';
import { schedulingCases } from './cases/scheduling.ts';
import { workloadCases } from './cases/workload.ts';
import { openPlace, type Place } from './cluster.ts';
import type { Strategy } from './manifests.ts';
import { appPods, clear, prepare, tidy } from './others.ts';
import { startProber, type Prober } from './probe.ts';
import { consoleTable, rowOf, writePage, type Part, type Row } from './report.ts';
import { LONG_MS, openWorld, revisionOf, type World } from './world.ts';

const cases = [
  ...imageCases,
  ...containerCases,
  ...configCases,
  ...probeCases,
  ...schedulingCases,
  ...admissionCases,
  ...manifestCases,
  ...workloadCases,
];
const GOOD = 'a good one';

let place: Place;
const parts: Part[] = [];
beforeAll(async () => void (place = await openPlace()));
afterAll(async () => {
  for (const part of parts) process.stdout.write(consoleTable(part));
  if (process.env['UPDATE'] !== undefined) writePage(parts);
  await place?.close();
});

/** A good revision that serves, and somebody who asks for it all the time. */
interface Ground {
  world: World;
  prober: Prober;
}

async function prepareGround(strategy: Strategy): Promise<Ground> {
  await clear(place.others);
  const world = openWorld(place, strategy);
  const { outcome, failure } = await world.release(GOOD);
  if (outcome !== 'succeeded') throw new Error(`The good revision does not serve: ${failure?.message}`);
  return { world, prober: startProber(world.url) };
}

/** Deploys the case, and says what became of it and of those who asked for the app meanwhile. */
async function play(one: FailureCase, { world, prober }: Ground): Promise<{ release: Release; row: Row }> {
  try {
    await prepare(place, one);
    await prober.count();
    const release = await world.release(one.name, one);
    return { release, row: rowOf(one.name, release, await prober.count()) };
  } finally {
    await tidy(place, one);
  }
}

describe.each<[string, Strategy, readonly FailureCase[]]>([
  ['The new pod starts beside the old one (maxSurge 1, maxUnavailable 0)', 'surge', cases],
  ['The old pod goes when the new one is made (maxSurge 0, maxUnavailable 1)', 'replace', awayCases],
  ['The old pod goes first (Recreate)', 'recreate', awayCases],
])('%s', (title, strategy, chosen) => {
  const rows: Row[] = [];
  parts.push({ title, rows });
  let ground: Ground;
  beforeAll(async () => void (ground = await prepareGround(strategy)));
  // Everything anew after a case that failed, so that none depends on the one before it.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    await ground.prober.stop();
    ground = await prepareGround(strategy);
  });
  afterAll(() => ground?.prober.stop());

  test.each(chosen)('$name', async (one) => {
    const before = await appPods(place.others);
    const { release, row } = await play(one, ground);
    rows.push(row);
    expectVerdict(one, release);
    expectInTime(one, release);
    const stays = strategy === 'surge' && one.besides !== true;
    const [kept, unanswered] = [
      stays ? await appPods(place.others) : before,
      strategy === 'surge' ? row.count.why : [],
    ];
    expect({ pods: kept, unanswered }).toEqual({ pods: before, unanswered: [] });
    // kube-proxy may lead to a pod that ends for a moment more.
    const answer = async (): Promise<unknown> =>
      (await fetch(ground.world.url, { headers: { connection: 'close' } })).json();
    await expect.poll(answer, { timeout: 60_000, interval: 100 }).toEqual({ revision: revisionOf(GOOD) });
  });
});

function expectVerdict({ expect: expected }: FailureCase, { outcome, failure }: Release): void {
  expect({ outcome, ...failure }).toMatchObject({
    outcome: expected.outcome,
    code: expected.code,
    message: expect.stringMatching(expected.message) as string,
    hint: expect.stringMatching(expected.hint) as string,
  });
  // A hint whose gaps were not filled says …
  expect(failure?.hint).not.toContain('…');
}

/** The verdict came from what the cluster showed, and not from a clock. */
function expectInTime({ waits }: FailureCase, release: Release): void {
  const verify = release.phases.find(({ name }) => name === 'verify');
  if (waits !== undefined || verify?.endedAt === undefined) return;
  expect(release.failure?.code).not.toBe('RolloutTimedOut');
  expect(Date.parse(verify.endedAt) - Date.parse(verify.startedAt)).toBeLessThan(LONG_MS);
}
