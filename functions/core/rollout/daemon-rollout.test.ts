import { describe, expect, it, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { containerStatus, event, lineOf, podOf, rolloutOf, terminated, workload } from '../testing/objects.ts';
import { judge, newPods } from './rollout.ts';

const set = (status: object = {}, spec: object = {}): Manifest =>
  workload(
    'DaemonSet',
    spec,
    { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2, ...status },
    { annotations: { 'deprecated.daemonset.template.generation': '7' } },
  );
const revision = (name: string, number: number, uid = 'w-1'): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: {
    name: `db-${name}`,
    labels: { 'controller-revision-hash': name },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'db', uid }],
  },
  revision: number,
});
const revisions = [revision('a', 1), revision('b', 2), revision('c', 9, 'another')];
const onDelete = { updateStrategy: { type: 'OnDelete' } };

const table: [string, Manifest, string[], string, RegExp?][] = [
  ['all new and available', set(), ['b', 'b'], 'ready'],
  ['no node wants it', set({ desiredNumberScheduled: 0, updatedNumberScheduled: 0, numberAvailable: 0 }), [], 'ready'],
  ['generation not seen', set({ observedGeneration: 1 }), ['b', 'b'], 'progressing', /DaemonSet controller has not seen/],
  ['old pods to be replaced', set({ updatedNumberScheduled: 1 }), ['a', 'b'], 'progressing', /^1 of 2 nodes still without a pod of the new revision$/],
  ['a new pod starts', set({ numberAvailable: 1 }), ['b', 'b!'], 'progressing', /^1 of 2 nodes without a ready pod: container app is being created$/],
  ['ready, but not for minReadySeconds', set({ numberAvailable: 0 }), ['b', 'b'], 'progressing', /^the pods on 2 of 2 nodes not available yet$/],
  ['OnDelete with old pods', set({ updatedNumberScheduled: 1 }, onDelete), ['a', 'b'], 'skipped', /OnDelete; 1 pod keeps its old revision/],
  ['OnDelete made for the first time', set({ numberAvailable: 1 }, onDelete), ['b', 'b!'], 'progressing', /^1 of 2 nodes/],
]; // prettier-ignore

describe('a DaemonSet', () => {
  test.each(table)('%s', (_, owner, hashes, state, text = /^$/) => {
    const pods = hashes.map((hash, index) =>
      podOf(owner, `db-${index}`, { revision: hash.replace('!', ''), ready: !hash.endsWith('!') }),
    );
    const verdict = judge(rolloutOf(owner, { pods, revisions }));
    expect(verdict.state).toBe(state);
    expect(lineOf(verdict)).toMatch(text);
  });

  const crashed = { containerStatuses: [containerStatus({ waiting: { reason: 'CrashLoopBackOff' } }, { restartCount: 3, lastState: terminated(1) })] }; // prettier-ignore

  it('fails with the trouble of a new pod, not of an old one', () => {
    const owner = set({ updatedNumberScheduled: 1, numberAvailable: 0 });
    const pods = (hash: string): Manifest[] => [podOf(owner, 'db-x', { revision: hash, status: crashed })];
    expect(judge(rolloutOf(owner, { pods: pods('b'), revisions }))).toMatchObject({ code: 'ContainerCrashing' });
    expect(judge(rolloutOf(owner, { pods: pods('a'), revisions })).state).toBe('progressing');
  });

  it('takes a revision that is rolled back to for the newest: its number is raised', () => {
    const owner = set();
    const pods = [podOf(owner, 'db-a', { revision: 'a' }), podOf(owner, 'db-b', { revision: 'b' })];
    const back = [revision('a', 3), revision('b', 2)];
    expect(newPods(rolloutOf(owner, { pods, revisions: back })).map(({ metadata }) => metadata.name)).toEqual(['db-a']);
  });

  it('without ControllerRevisions goes by the generation of the template', () => {
    const owner = set();
    const labelled = (generation: string): Manifest =>
      podOf(owner, `db-${generation}`, { metadata: { labels: { 'pod-template-generation': generation } } });
    const pods = [labelled('6'), labelled('7')];
    expect(newPods(rolloutOf(owner, { pods })).map(({ metadata }) => metadata.name)).toEqual(['db-7']);
  });

  it('fails by the event when its pods are refused', () => {
    const owner = set({ updatedNumberScheduled: 0, numberAvailable: 0 });
    const involvedObject = { kind: 'DaemonSet', namespace: 'shop', name: 'db', uid: 'w-1' };
    const said = 'Error creating: admission webhook "policy.example.com" denied the request: no hostPath';
    const events = [event('FailedCreate', said, { involvedObject })];
    expect(judge(rolloutOf(owner, { events, revisions }))).toMatchObject({ state: 'failed', code: 'AdmissionDenied' });
  });
});
