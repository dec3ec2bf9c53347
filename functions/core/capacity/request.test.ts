import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clashes, containerDefaults, hasUnsetRequests, hostPorts, podRequest } from './request.ts';

const MI = 2n ** 20n * 1_000n;
const asks = (memory: string, cpu?: string) => ({
  resources: { requests: { memory, ...(cpu === undefined ? {} : { cpu }) } },
});
const memory = (spec: unknown): bigint => (podRequest(spec).get('memory') ?? 0n) / MI;

describe('podRequest', () => {
  test.each([
    ['the sum of its containers', { containers: [asks('64Mi'), asks('32Mi')] }, 96n],
    [
      'the largest init container, if that is more',
      { containers: [asks('64Mi')], initContainers: [asks('100Mi'), asks('200Mi')] },
      200n,
    ],
    [
      'its containers, if they are more',
      { containers: [asks('64Mi'), asks('64Mi')], initContainers: [asks('100Mi')] },
      128n,
    ],
    [
      'sidecars beside the containers',
      { containers: [asks('64Mi')], initContainers: [{ ...asks('50Mi'), restartPolicy: 'Always' }] },
      114n,
    ],
    [
      'an init container beside the sidecars before it, not those after it',
      {
        containers: [asks('10Mi')],
        initContainers: [
          { ...asks('50Mi'), restartPolicy: 'Always' },
          asks('100Mi'),
          { ...asks('20Mi'), restartPolicy: 'Always' },
        ],
      },
      150n,
    ],
    ['a limit where there is no request', { containers: [{ resources: { limits: { memory: '70Mi' } } }] }, 70n],
    [
      'a request rather than the limit',
      { containers: [{ resources: { limits: { memory: '70Mi' }, requests: { memory: '7Mi' } } }] },
      7n,
    ],
    ['what the pod as a whole asks for', { containers: [asks('64Mi')], ...asks('200Mi') }, 200n],
    ['that also if it is less', { containers: [asks('64Mi')], ...asks('32Mi') }, 32n],
    [
      'the containers’ requests rather than a limit of the whole',
      { containers: [asks('64Mi')], resources: { limits: { memory: '1Gi' } } },
      64n,
    ],
    ['a limit of the whole if no container asks', { containers: [{}], resources: { limits: { memory: '90Mi' } } }, 90n],
    ['the overhead of its runtime', { containers: [asks('64Mi')], overhead: { memory: '40Mi' } }, 104n],
    ['nothing, if it asks for nothing', { containers: [{}] }, 0n],
  ])('%s', (_, spec, expected) => {
    expect(memory(spec)).toBe(expected);
  });

  test('is one pod, and whatever else is asked for', () => {
    const request = podRequest({ containers: [{ resources: { limits: { 'nvidia.com/gpu': 1, cpu: '250m' } } }] });
    expect(request).toEqual(
      new Map([
        ['pods', 1_000n],
        ['nvidia.com/gpu', 1_000n],
        ['cpu', 250n],
      ]),
    );
  });

  test('answers for anything', () => {
    fc.assert(
      fc.property(fc.anything(), (spec) => {
        expect(podRequest(spec).get('pods')).toBe(1_000n);
        expect(hostPorts(spec)).toBeInstanceOf(Array);
      }),
    );
  });

  test('never falls when a container more asks for something', () => {
    const container = fc.nat(1_000).map((size) => asks(`${size}Mi`));
    const sidecar = container.map((one) => ({ ...one, restartPolicy: 'Always' }));
    const spec = fc.record({ containers: fc.array(container), initContainers: fc.array(fc.oneof(container, sidecar)) });
    fc.assert(
      fc.property(spec, fc.oneof(container, sidecar), (before, more) => {
        const after = { ...before, initContainers: [...before.initContainers, more] };
        expect(memory(after)).toBeGreaterThanOrEqual(memory(before));
        expect(memory({ ...before, containers: [...before.containers, more] })).toBeGreaterThanOrEqual(memory(before));
      }),
    );
  });
});

describe('containerDefaults', () => {
  const defaults = containerDefaults([
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'defaults' },
      spec: {
        limits: [
          { type: 'Pod', max: { memory: '1Gi' } },
          { type: 'Container', default: { memory: '256Mi', cpu: '1' }, defaultRequest: { memory: '128Mi' } },
        ],
      },
    },
  ]);

  test('count for containers that ask for nothing', () => {
    const request = podRequest(
      { containers: [{}, asks('10Mi', '5m'), { resources: { limits: { memory: '20Mi' } } }] },
      defaults,
    );
    expect((request.get('memory') ?? 0n) / MI).toBe(158n);
    expect(request.get('cpu')).toBe(2_005n);
  });

  test('matter only to those', () => {
    expect(hasUnsetRequests({ containers: [asks('10Mi', '5m')] })).toBe(false);
    expect(hasUnsetRequests({ containers: [{ resources: { limits: { memory: '10Mi', cpu: 1 } } }] })).toBe(false);
    expect(hasUnsetRequests({ containers: [asks('10Mi')] })).toBe(true);
  });
});

describe('hostPorts', () => {
  test('are those of the containers and the sidecars, all of them on the node’s own network', () => {
    const spec = {
      containers: [{ ports: [{ containerPort: 80, hostPort: 80 }, { containerPort: 81 }] }],
      initContainers: [
        { restartPolicy: 'Always', ports: [{ containerPort: 53, hostPort: 53, protocol: 'UDP', hostIP: '10.0.0.1' }] },
        { ports: [{ containerPort: 9, hostPort: 9 }] },
      ],
    };
    expect(hostPorts(spec)).toEqual(['TCP 0.0.0.0:80', 'UDP 10.0.0.1:53']);
    expect(hostPorts({ ...spec, hostNetwork: true })).toContain('TCP 0.0.0.0:81');
  });

  test.each([
    ['TCP 0.0.0.0:80', 'TCP 0.0.0.0:80', true],
    ['TCP 0.0.0.0:80', 'TCP 10.0.0.1:80', true],
    ['TCP :::80', 'TCP 10.0.0.1:80', true],
    ['TCP 10.0.0.2:80', 'TCP 10.0.0.1:80', false],
    ['TCP 0.0.0.0:80', 'UDP 0.0.0.0:80', false],
    ['TCP 0.0.0.0:80', 'TCP 0.0.0.0:81', false],
  ])('%s and %s clash: %s', (a, b, expected) => {
    expect(clashes(a, b)).toBe(expected);
    expect(clashes(b, a)).toBe(expected);
  });
});
