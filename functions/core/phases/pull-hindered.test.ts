import { describe, expect, test } from 'vitest';
import { fail } from '../errors.ts';
import { refOf, type Manifest } from '../kubernetes.ts';
import type { Cluster } from '../ports.ts';
import { change, pullingCluster } from './testing/pulling-cluster.ts';

const forever = new AbortController().signal;

/** Applies all but the pods of which that is true: the API server refuses those. */
function refusing(memory: Cluster, isRefused: (pod: Manifest) => boolean): Cluster['apply'] {
  const refusal = fail('ApplyRejected', 'The API server refused Pod shop/x: exceeded quota: q.', { object: 'pod/x' });
  return (object, how, signal) =>
    object.kind === 'Pod' && isRefused(object) ? Promise.reject(refusal) : memory.apply(object, how, signal);
}

describe('what hinders only the pull ahead is said, and the release goes on', () => {
  test('quota, pod security, an admission webhook', async () => {
    const { memory, cluster, said, pull } = pullingCluster();
    cluster.apply = refusing(memory, () => true);
    expect(await pull([change()])).toBeUndefined();
    expect(said).toEqual(['the image is not pulled ahead: The API server refused Pod shop/x: exceeded quota: q.']);
  });

  test('a namespace that refuses small requests gets those of the workload', async () => {
    const { memory, cluster, made, said, pull } = pullingCluster();
    cluster.apply = refusing(memory, (pod) => JSON.stringify(pod).includes('"4Mi"'));
    const resources = { requests: { memory: '64Mi' }, limits: { memory: '128Mi' } };
    expect(await pull([change({ container: { resources } })])).toBeUndefined();
    expect(made).toMatchObject([{ spec: { containers: [{ resources }] } }]);
    expect(said).toContain('node a has the image');
  });

  test('a credential that may not list nodes', async () => {
    const { cluster, said, pull } = pullingCluster();
    cluster.list = () =>
      Promise.reject(
        fail('KubeconfigRejected', 'The credential of the kubeconfig may not list nodes.', { verb: 'list' }),
      );
    expect(await pull([change()])).toBeUndefined();
    expect(said).toEqual(['images are not pulled ahead: The credential of the kubeconfig may not list nodes']);
  });

  test('a kubelet that does not take the pod', async () => {
    const { memory, said, pods, answer, pull } = pullingCluster();
    answer((_, pod) => {
      queueMicrotask(() =>
        memory.put({
          ...pod,
          status: { phase: 'Failed', reason: 'OutOfpods', message: 'Node has no room for more pods' },
        }),
      );
      return undefined;
    });
    expect(await pull([change()])).toBeUndefined();
    expect(said.at(-1)).toBe('node a does not pull ahead: Node has no room for more pods');
    expect(pods()).toEqual([]);
  });

  test('somebody who deletes the pod', async () => {
    const { memory, said, answer, pull } = pullingCluster();
    answer((_, pod) => {
      queueMicrotask(() => void memory.remove(refOf(pod), forever));
      return undefined;
    });
    expect(await pull([change()])).toBeUndefined();
    expect(said.at(-1)).toBe('node a does not pull ahead: the pod that pulls was deleted');
  });
});
