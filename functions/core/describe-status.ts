import type { Lease, PowerState } from './ports.ts';
import type { Ports } from './ports.ts';
import { sentence } from './report.ts';
import { resultOf, type Result } from './result.ts';
import type { Release } from './release.ts';

/** The state of one environment, as people ask for it. Each value says when it was known. */
export interface EnvironmentStatus {
  environment: string;
  live: { revision: string; release: string; image: string; since: string } | undefined;
  node: { instance: string; power: PowerState | 'unknown'; address: string | undefined; why: string | undefined };
  drift: { state: string; checkedAt: string; objects: number } | undefined;
  lock: Lease | undefined;
  releases: { id: string; revision: string; outcome: string; actor: string; openedAt: string; sentence: string }[];
}

const HISTORY = 10;

/** Reads the state of the environments; changes nothing and wakes nothing. */
export async function describeStatus(ports: Ports, environments: readonly string[]): Promise<Result> {
  const states = await Promise.all(environments.map((environment) => environmentStatus(ports, environment)));
  return { ok: true, summary: states.map(line).join(' '), next: nextOf(states), environments: states };
}

/** The whole record of one release, as the function that ran it answered. */
export async function describeRelease(ports: Pick<Ports, 'releases'>, id: string): Promise<Result | undefined> {
  const release = await ports.releases.get(id);
  return release === undefined ? undefined : resultOf(release);
}

async function environmentStatus(ports: Ports, environment: string): Promise<EnvironmentStatus> {
  const [head, lock, releases, node] = await Promise.all([
    ports.releases.head(environment),
    ports.lock.holder(environment),
    ports.releases.list(environment, HISTORY),
    nodeOf(ports, environment),
  ]);
  const { lastGood, drift } = head;
  return {
    environment,
    live:
      lastGood === undefined
        ? undefined
        : { revision: lastGood.revision, release: lastGood.release, image: lastGood.image, since: lastGood.at },
    node,
    drift:
      drift === undefined ? undefined : { state: drift.state, checkedAt: drift.checkedAt, objects: drift.drift.length },
    lock,
    releases: releases.map(row),
  };
}

async function nodeOf(ports: Ports, environment: string): Promise<EnvironmentStatus['node']> {
  const instance = ports.config.environments[environment]?.node.instance ?? '';
  try {
    const { power, address, reason } = await ports.machines.describe(instance);
    return { instance, power, address, why: reason };
  } catch (error) {
    // The rest of the state is worth showing even when EC2 does not answer.
    return {
      instance,
      power: 'unknown',
      address: undefined,
      why: error instanceof Error ? error.message : String(error),
    };
  }
}

function row(release: Release): EnvironmentStatus['releases'][number] {
  const { id, revision, outcome, actor, openedAt } = release;
  return { id, revision, outcome: outcome ?? 'open', actor, openedAt, sentence: sentence(release) };
}

function line({ environment, live, node, drift, lock }: EnvironmentStatus): string {
  const serves = live === undefined ? 'nothing deployed yet' : `${live.revision.slice(0, 7)} since ${live.since}`;
  const asleep = node.power === 'stopped' ? 'asleep' : node.power;
  const drifted =
    drift?.state === 'drifted' ? `, ${drift.objects} ${drift.objects === 1 ? 'object' : 'objects'} drifted` : '';
  return `${environment}: ${serves}, node ${asleep}${drifted}${lock === undefined ? '' : `, release ${lock.holder} in progress`}.`;
}

function nextOf(states: readonly EnvironmentStatus[]): string[] {
  return states.flatMap(({ environment, drift }) =>
    drift?.state === 'drifted'
      ? [`See what differs in ${environment}: npx hawser drift --environment ${environment}`]
      : [],
  );
}
