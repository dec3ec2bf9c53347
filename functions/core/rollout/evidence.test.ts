import { beforeEach, describe, expect, test } from 'vitest';
import { memoryCluster, type MemoryCluster } from '../../adapters/memory/cluster.ts';
import type { Manifest } from '../kubernetes.ts';
import { containerStatus, podOf, rolloutOf, terminated, workload } from '../testing/objects.ts';
import { openEvidence, type Evidence } from './evidence.ts';
import type { Observation } from './observation.ts';

const job = workload('Job');
const running = { running: {} };
let cluster: MemoryCluster;
let evidence: Evidence;
let log: string[];
let asked: boolean[];

beforeEach(() => {
  log = ['first run'];
  asked = [];
  cluster = memoryCluster({
    logs: (_, { previous }) => {
      asked.push(previous);
      return log;
    },
  });
  evidence = openEvidence(cluster, new AbortController().signal);
});

function of(owner: Manifest, state?: object, restartCount = 0): Observation {
  const statuses = state === undefined ? undefined : [containerStatus(state, { restartCount })];
  const pods = statuses === undefined ? [] : [podOf(owner, 'db-x', { status: { containerStatuses: statuses } })];
  return rolloutOf(owner, { pods });
}

describe('the log of a Job’s pod', () => {
  test('is kept as soon as a run has ended, once for each', async () => {
    await evidence.note(of(job, running));
    expect(asked).toEqual([]);
    await evidence.note(of(job, terminated(1)));
    await evidence.note(of(job, terminated(1)));
    expect(asked).toEqual([false]);
    log = ['second run'];
    await evidence.note(of(job, terminated(1), 1));
    expect(await evidence.logs(of(job))).toEqual(['second run']);
  });

  test('that the kubelet has removed does not take the place of what was kept', async () => {
    await evidence.note(of(job, terminated(1)));
    log = ['unable to retrieve container logs for containerd://3839'];
    await evidence.note(of(job, running, 1));
    expect(await evidence.logs(of(job, running, 1))).toEqual(['first run']);
  });

  test('that cannot be had is empty', async () => {
    cluster.logs = () => Promise.reject(new Error('no answer'));
    await evidence.note(of(job, terminated(1)));
    expect(await evidence.logs(of(job, terminated(1)))).toEqual([]);
  });
});

test('a run that has just ended and whose words are not written yet: the run before tells', async () => {
  const deployment = workload('ReplicaSet');
  cluster.logs = (_pod, { previous }) => {
    asked.push(previous);
    return Promise.resolve(previous ? ['cannot read the licence'] : []);
  };
  expect(await evidence.logs(of(deployment, terminated(7), 1))).toEqual(['cannot read the licence']);
  expect(asked).toEqual([false, true]);
  asked = [];
  expect(await evidence.logs(of(deployment, terminated(7)))).toEqual([]);
  expect(asked).toEqual([false]);
});

test('of other workloads only the log at the end is read: their pods stay', async () => {
  const set = workload('StatefulSet', {}, { updateRevision: 'b' });
  await evidence.note(of(set, terminated(1)));
  expect(asked).toEqual([]);
  expect(await evidence.logs(of(set, running, 2))).toEqual(['first run']);
  expect(asked).toEqual([true]);
});
