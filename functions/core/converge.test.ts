import { expect, test } from 'vitest';
import { requestOf } from '../adapters/contract/samples.ts';
import { memoryCluster } from '../adapters/memory/cluster.ts';
import { openedRelease } from '../adapters/releases/item.ts';
import { environmentOf } from './config.ts';
import { applyTarget } from './converge.ts';
import type { Manifest } from './kubernetes.ts';
import { planTarget } from './plan-target.ts';
import type { ReleaseRun } from './run-release.ts';
import { noHooks, type Target } from './target.ts';
import { deployment, replicaSet, waitingPod } from './testing/objects.ts';
import { world } from './testing/world.ts';

const { signal } = new AbortController();

/** The object with its owner's uid as the cluster gave it. */
function ownedBy(uid: string | undefined, object: Manifest): Manifest {
  const ownerReferences = object.metadata.ownerReferences?.map((owner) => ({ ...owner, uid: uid ?? '' })) ?? [];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

test('a pull that the registry denies the node is the config’s failure, and its hint names the secret of the config', async () => {
  const { ports } = world();
  const cluster = memoryCluster({
    onApply: (object, self) => {
      if (object.kind !== 'Deployment') return;
      const { metadata } = self.put({ ...deployment(), metadata: { ...object.metadata, ...deployment().metadata } });
      const current = self.put(ownedBy(metadata.uid, replicaSet(2)));
      self.put(ownedBy(current.metadata.uid, waitingPod('ErrImagePull', 'failed to authorize: 401 Unauthorized')));
    },
  });
  const { status: _, ...desired } = deployment();
  const target: Target = {
    objects: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
      { ...desired, metadata: { name: 'shop', namespace: 'shop' } },
    ],
    hooks: noHooks,
    revision: 'a'.repeat(40),
    image: `${ports.config.app.image}@sha256:${'0'.repeat(64)}`,
    credential: undefined,
    address: '203.0.113.1',
  };
  const run: ReleaseRun = {
    release: openedRelease(requestOf(), ports.clock.now()),
    environment: environmentOf(ports.config, 'production'),
    note: async () => undefined,
    alarm: async () => undefined,
    step: (_phase, work) => work(() => undefined),
    signal,
  };
  const plan = await planTarget(ports, run, cluster, target, { previous: [], mustFit: true }, () => undefined);
  expect(await applyTarget(ports, run, cluster, target, plan)).toMatchObject({
    applied: true,
    failure: {
      code: 'ImagePullDenied',
      owner: 'config',
      hint: expect.stringContaining('The token in shop/registry needs') as string,
    },
  });
});
