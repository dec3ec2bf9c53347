import { describe, expect, test } from 'vitest';
import { fail } from '../errors.ts';
import type { Cluster } from '../ports.ts';
import { waitingPod } from '../testing/objects.ts';
import { shopRollout } from './testing/shop-rollout.ts';

const notAllowed = fail('KubeconfigRejected', 'The credential may not list it.', { secret: 'x', verb: 'list' });

/** From now on the cluster answers with that error whoever lists one of these kinds. */
function refuseLists(cluster: Cluster, error: Error, ...kinds: string[]): void {
  const { list } = cluster;
  cluster.list = (selection, signal) =>
    kinds.includes(selection.kind) ? Promise.reject(error) : list(selection, signal);
}

describe('rights', () => {
  test('an object that the credential may not list is not waited for, and that is said', async () => {
    const { cluster, said, run } = shopRollout();
    refuseLists(cluster, notAllowed, 'Namespace');
    expect(await run(1_000, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }])).toBeUndefined();
    expect(said.join()).toContain('Namespace shop is not waited for: it was not looked at');
  });

  test('a credential that may not read what only explains does without', async () => {
    const { cluster, putPod, run } = shopRollout();
    refuseLists(cluster, notAllowed, 'Event', 'StorageClass', 'IngressClass', 'ControllerRevision');
    putPod(waitingPod('ErrImagePull', 'failed to authorize: 401 Unauthorized'));
    expect(await run()).toMatchObject({ code: 'ImagePullDenied', events: [] });
  });

  test('one that may not read the pods is no verdict on the release', async () => {
    const { cluster, run } = shopRollout();
    refuseLists(cluster, notAllowed, 'Pod');
    await expect(run()).rejects.toMatchObject({ code: 'KubeconfigRejected' });
  });

  test('one that the cluster no longer knows is no missing right, whatever it was asked for', async () => {
    const { cluster, putPod, run } = shopRollout();
    const unknown = fail('KubeconfigRejected', 'The API server does not know the credential.', { secret: 'x' });
    refuseLists(cluster, unknown, 'Event');
    putPod(waitingPod('ErrImagePull', 'failed to authorize: 401 Unauthorized'));
    await expect(run()).rejects.toBe(unknown);
  });
});
