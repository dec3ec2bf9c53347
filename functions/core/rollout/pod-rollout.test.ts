import { describe, expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import {
  containerStatus,
  event,
  lineOf,
  pod,
  podOf,
  rolloutOf,
  terminated,
  waitingPod,
  workload,
} from '../testing/objects.ts';
import type { Observation } from './observation.ts';
import { judge } from './rollout.ts';

const ready = { phase: 'Running', conditions: [{ type: 'PodScheduled', status: 'True' }, { type: 'Ready', status: 'True' }, { type: 'ContainersReady', status: 'True' }] }; // prettier-ignore
const alone = (status: object, restartPolicy = 'Always'): Manifest => {
  const made = pod({ status, metadata: { ownerReferences: [] } });
  return { ...made, spec: { ...(made['spec'] as object), restartPolicy } };
};
const set = (status: object): Manifest => workload('ReplicaSet', { replicas: 2 }, status);

const denied = waitingPod(
  'ErrImagePull',
  'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
);
const unread = event(
  'FailedToRetrieveImagePullSecret',
  'Unable to retrieve some image pull secrets (ghcr); attempting to pull the image may not succeed.',
);

const table: [string, Manifest, Partial<Observation> & { at?: number }, string, RegExp?][] = [
  ['a Pod that is ready', alone(ready), {}, 'ready'],
  ['a Pod that is to end still runs', alone(ready, 'Never'), {}, 'progressing', /^it runs, and is to end$/],
  ['a Pod that ended well', alone({ phase: 'Succeeded' }, 'Never'), {}, 'ready'],
  ['a Pod that failed', alone({ phase: 'Failed', containerStatuses: [containerStatus(terminated(4))] }, 'Never'), {}, 'failed', /^Pod shop\/shop-2-x7k2p: it failed: container app exits 4\.$/],
  ['a Pod that was evicted', alone({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }), {}, 'failed', /Evicted: The node was low on resource: memory/],
  ['a Pod whose image is not there', waitingPod('ErrImagePull', 'ghcr.io/acme/shop: not found'), {}, 'failed', /cannot pull/],
  ['a Pod that may not pull its image', denied, {}, 'failed', /\(401\)/],
  ['a Pod whose pull secret the kubelet may still read', denied, { events: [unread], at: 29 }, 'progressing', /the pull secret ghcr is not there$/],
  ['a Pod whose pull secret is not there', denied, { events: [unread], at: 31 }, 'failed', /the pull secret ghcr is not there/],
  ['a Pod that starts', alone({}), {}, 'progressing', /^container app is being created$/],
  ['a ReplicaSet with all pods', set({ replicas: 2, availableReplicas: 2 }), {}, 'ready'],
  ['a ReplicaSet without pods', set({ replicas: 0 }), {}, 'progressing', /^2 of 2 pods not created yet$/],
  ['a ReplicaSet with a pod that starts', set({ replicas: 2, availableReplicas: 1 }), { pods: [podOf(set({}), 'db-1', { ready: true }), podOf(set({}), 'db-2')] }, 'progressing', /^1 of 2 pods not ready: container app is being created$/],
  ['a ReplicaSet whose pods are refused', set({ replicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'pods "db-x" is forbidden: violates PodSecurity "restricted:latest"' }] }), {}, 'failed', /violates PodSecurity/],
  ['a service account that comes a moment later', set({ replicas: 0 }), { at: 9, events: [event('FailedCreate', 'Error creating: pods "db-" is forbidden: error looking up service account shop/default: serviceaccount "default" not found', { involvedObject: { kind: 'ReplicaSet', namespace: 'shop', name: 'db', uid: 'w-1' } })] }, 'progressing', /pods not created yet: its pods are not created: .*default/],
]; // prettier-ignore

describe('a Pod or ReplicaSet without a Deployment', () => {
  test.each(table)('%s', (_, owner, parts, state, text = /^$/) => {
    const verdict = judge(rolloutOf(owner, parts));
    expect(verdict.state).toBe(state);
    expect(lineOf(verdict)).toMatch(text);
  });
});
