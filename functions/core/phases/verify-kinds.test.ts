import { describe, expect, test } from 'vitest';
import { refOf, type Manifest } from '../kubernetes.ts';
import { deployment, event, podOf } from '../testing/objects.ts';
import { crashing, done, job, ready, shopRollout } from './testing/shop-rollout.ts';

describe('kinds', () => {
  test('a Job is waited for until it has succeeded, also when its TTL deletes it in the same moment', async () => {
    const { clock, cluster, said, time, run } = shopRollout();
    cluster.put(job());
    const call = run(600_000, [job({}, { ttlSecondsAfterFinished: 0 })]);
    await clock.advance(1_000);
    cluster.put(job(done));
    await cluster.remove(refOf(job()), time.signal);
    await clock.advance(1_000);
    expect(await call).toBeUndefined();
    expect(said.at(-1)).toBe('Job shop/db is ready');
  });

  test('a Job that its TTL deleted before anybody looked: its end is not known', async () => {
    const { clock, said, run } = shopRollout();
    const call = run(600_000, [job({}, { ttlSecondsAfterFinished: 0 })]);
    await clock.advance(6_000);
    expect(await call).toBeUndefined();
    expect(said.at(-1)).toContain('Job shop/db is not waited for: it is gone, as its ttlSecondsAfterFinished says');
  });

  test('the log of a Job’s pod that is deleted with the failure was kept', async () => {
    const { clock, cluster, time, run } = shopRollout();
    const owner = cluster.put(job());
    const made = cluster.put(podOf(owner, 'db-x', { status: crashing }));
    const call = run(600_000, [job()]);
    await clock.advance(1_000);
    await cluster.remove(refOf(made), time.signal);
    cluster.put(job({ conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }] })); // prettier-ignore
    await clock.advance(1_000);
    expect(await call).toMatchObject({
      code: 'JobFailed',
      message: expect.stringContaining('BackoffLimitExceeded') as string,
      logs: ['listening', 'Error: DATABASE_URL must be set'],
    });
  });

  test('a paused Deployment is not waited for, and it is said', async () => {
    const { cluster, said, run } = shopRollout();
    cluster.put(deployment({}, { paused: true }));
    expect(await run(600_000)).toBeUndefined();
    expect(said).toEqual([expect.stringMatching(/^Deployment shop\/shop is not waited for: it is paused/)]);
  });

  test('a custom resource that its controller calls stalled fails with its words and events', async () => {
    const { cluster, run } = shopRollout();
    const thing = (status: object): Manifest => ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'db', namespace: 'shop' }, status }); // prettier-ignore
    cluster.put(thing({ conditions: [{ type: 'Stalled', status: 'True', reason: 'NoIssuer', message: 'there is no issuer' }] })); // prettier-ignore
    cluster.put(
      event('NoIssuer', 'no issuer web', { involvedObject: { kind: 'Thing', namespace: 'shop', name: 'db' } }),
    );
    expect(await run(600_000, [thing({})])).toMatchObject({
      code: 'ObjectDegraded',
      message: expect.stringContaining('there is no issuer') as string,
      events: ['Warning NoIssuer Thing db: no issuer web'],
    });
  });

  test('an Ingress without a controller is not waited for, and does not fail the release', async () => {
    const { cluster, said, run } = shopRollout();
    const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace: 'shop' }, spec: { ingressClassName: 'nginx' } }; // prettier-ignore
    cluster.put(ingress);
    cluster.put(deployment(ready));
    expect(await run(600_000, [deployment(), ingress])).toBeUndefined();
    expect(said.at(-1)).toBe(
      'Deployment shop/shop is ready; Ingress shop/web is not waited for: the cluster has no IngressClass nginx',
    );
  });
});
