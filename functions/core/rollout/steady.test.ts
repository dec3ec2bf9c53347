import { expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { rolloutOf, workload } from '../testing/objects.ts';
import type { Verdict } from './rollout.ts';
import { mayBeUnproved, openSteadiness } from './steady.ts';

const probe = { readinessProbe: { tcpSocket: { port: 80 } } };
const app = { name: 'app' };
const set = (pod: object, spec: object = {}, kind = 'DaemonSet'): Manifest =>
  workload(kind, { ...spec, template: { spec: pod } });

test.each<[string, Manifest, boolean]>([
  ['no probe', set({ containers: [app] }), true],
  ['a probe', set({ containers: [{ ...app, ...probe }] }), false],
  ['one of two has a probe', set({ containers: [{ ...app, ...probe }, { name: 'log' }] }), true],
  ['a liveness probe only', set({ containers: [{ ...app, livenessProbe: probe.readinessProbe }] }), true],
  ['an init container, which ends before', set({ initContainers: [app], containers: [{ ...app, ...probe }] }), false],
  ['a sidecar', set({ initContainers: [{ ...app, restartPolicy: 'Always' }], containers: [{ ...app, ...probe }] }), true],
  ['minReadySeconds', set({ containers: [app] }, { minReadySeconds: 1 }), false],
  ['minReadySeconds 0, the default', set({ containers: [app] }, { minReadySeconds: 0 }), true],
  ['a Deployment', set({ containers: [app] }, {}, 'Deployment'), true],
  ['a Job, which is to end', set({ containers: [app] }, {}, 'Job'), false],
  ['a Pod', workload('Pod', { containers: [app] }), true],
  ['a Pod that is to end', workload('Pod', { containers: [app], restartPolicy: 'Never' }), false],
  ['no template', workload('DaemonSet', {}), false],
])('whether it can look ready before it has shown anything: %s', (_, object, expected) => {
  expect(mayBeUnproved(object)).toBe(expected);
}); // prettier-ignore

test.each<[string, object]>([
  ['DaemonSet', { updatedNumberScheduled: 1 }],
  ['ReplicaSet', { replicas: 1 }],
  ['StatefulSet', { updatedReplicas: 1 }],
])('a %s whose pod was not seen yet is waited for, unless it is not waited for at all', (kind, status) => {
  const owner = workload(kind, { template: { spec: { containers: [app] } } }, status);
  const observation = rolloutOf(owner);
  const waits = (verdict: Verdict): string | undefined =>
    openSteadiness(observation.startedAt).waitsFor(
      [{ object: owner, live: owner, observation, verdict }],
      observation.now,
    );
  expect(waits({ state: 'ready' })).toContain(`${kind} shop/db: a pod has no readinessProbe`);
  expect(waits({ state: 'skipped', note: 'its updateStrategy is OnDelete' })).toBeUndefined();
});
