import { describe, expect, test } from 'vitest';
import type { WorkloadParts } from '../testing/capacity.ts';
import { change, message404, NEW, OLD, pullingCluster, pulls, waits } from './testing/pulling-cluster.ts';

describe('an image that cannot be pulled', () => {
  test('is the failure of the workload, found while the old pod serves', async () => {
    const { pods, answer, pull } = pullingCluster();
    answer(waits('ErrImagePull', message404));
    const failure = await pull([change()]);
    expect(failure).toMatchObject({ code: 'ImageNotFound', subject: 'Deployment shop/web' });
    expect(failure?.message).toMatch(
      /^Deployment shop\/web: container web cannot pull .*404.* on node a; nothing was rolled out\.$/,
    );
    expect(pods()).toEqual([]);
  });

  test('names the secret when the registry wants a login', async () => {
    const { answer, pull } = pullingCluster();
    answer(
      waits(
        'ImagePullBackOff',
        'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized',
      ),
    );
    expect(await pull([change()])).toMatchObject({
      code: 'ImagePullDenied',
      hint: expect.stringContaining('shop/registry'),
    });
  });

  test('what passes is waited for', async () => {
    const { cluster, pods, answer, run, pull } = pullingCluster();
    let looks = 0;
    answer(waits('ErrImagePull', 'dial tcp: connection refused'));
    const { get } = cluster;
    cluster.get = async (ref, signal) => {
      looks += 1;
      if (looks === 3) {
        answer(pulls);
        for (const pod of pods()) run(pod);
      }
      return get(ref, signal);
    };
    expect(await pull([change()])).toBeUndefined();
    expect(looks).toBe(3);
  });

  test('what passes, but does not within ten minutes, is the cause', async () => {
    const { answer, pull } = pullingCluster();
    answer(waits('ErrImagePull', 'dial tcp 198.51.100.1:443: connect: connection refused'));
    expect(await pull([change()])).toMatchObject({ code: 'RegistryUnreachable' });
  });

  test('a pull that hangs ends, too', async () => {
    const { pods, answer, pull } = pullingCluster();
    answer(() => undefined);
    const failure = await pull([change()]);
    expect(failure?.code).toBe('ImagePullFailing');
    expect(failure?.message).toContain(
      'node a has not pulled registry.test/acme/shop@sha256:222222222222… within 10 minutes',
    );
    expect(pods()).toEqual([]);
  });

  test('of several containers only those without their image are judged', async () => {
    const { answer, pull } = pullingCluster();
    answer((container, pod) =>
      container.name === 'web' ? pulls(container, pod) : waits('ErrImagePull', message404)(container, pod),
    );
    const containers = (tag: string): WorkloadParts => ({
      podSpec: { containers: ['web', 'api'].map((name) => ({ name, image: `registry.test/${name}:${tag}` })) },
    });
    const failure = await pull([change(containers('2'), OLD, NEW, containers('1'))]);
    expect(failure?.message).toContain('container api cannot pull');
  });
});
