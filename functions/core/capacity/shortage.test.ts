import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { node, planned, pod, workload, type PodParts } from '../testing/capacity.ts';
import { demandOf } from './demand.ts';
import { fitsAll } from './pack.ts';
import { roomsOf } from './room.ts';
import { tooSmall } from './sentence.ts';
import { shortageOf } from './shortage.ts';

function short(nodes: Manifest[], pods: Manifest[], workloads: Manifest[]) {
  const all = workloads.map((one) => planned(one));
  const demands = all.map((one) => demandOf(one, all, undefined));
  return shortageOf(roomsOf(nodes, pods, demands), demands);
}

function sentence(...given: Parameters<typeof short>): string | undefined {
  const shortage = short(...given);
  return shortage === undefined ? undefined : tooSmall(shortage, 'no room').message;
}

describe('shortageOf', () => {
  test('tells who asks for what, what the node has, who holds it, and the difference', () => {
    const traefik = { of: 'Deployment/traefik', namespace: 'kube-system' };
    const pods = [
      pod({ ...traefik, memory: 600 }),
      pod({ ...traefik, memory: 600 }),
      pod({ of: 'DaemonSet/svclb', namespace: 'kube-system', memory: 100 }),
      pod({ memory: 346, namespace: 'tools' }),
    ];
    const shortage = short([node('a', 1_946)], pods, [workload('web', { memory: 512 })]);
    const error = shortage && tooSmall(shortage, 'no room');
    expect(error?.message).toMatch(
      /^Deployment shop\/web asks for 512Mi memory; node a has 1\.9Gi, of which 300Mi are free beside kube-system\/traefik \(1\.2Gi\), tools\/alone-\d+ \(346Mi\), kube-system\/svclb \(100Mi\): 212Mi short\.$/,
    );
    expect(error?.hint).toBe(
      'Set resources.requests.memory in deployment/web to 300Mi or less for each pod (now 512Mi), or free 212Mi on a. Or use a larger instance type.',
    );
  });

  test('names the largest four, and how many more there are', () => {
    const pods = [1, 2, 3, 4, 5, 6].map((size) => pod({ of: `StatefulSet/s${size}`, memory: size * 10 }));
    expect(sentence([node('a', 300)], pods, [workload('web', { memory: 100 })])).toContain(
      '90Mi are free beside shop/s6 (60Mi), shop/s5 (50Mi), shop/s4 (40Mi), shop/s3 (30Mi) and 2 more: 10Mi short.',
    );
  });

  const full = (parts: PodParts): Manifest[] => [pod({ memory: 900, ...parts })];
  test.each<[string, Manifest[], Manifest[], Manifest[], string | undefined]>([
    ['room to the last byte', [node('a', 512)], [], [workload('web', { memory: 512 })], undefined],
    ['one byte less', [node('a', 511)], [], [workload('web', { memory: 512 })], '511Mi are free: 1Mi short'],
    [
      'a pod of its own goes',
      [node('a', 512)],
      [pod({ of: 'Deployment/web', memory: 512 })],
      [workload('web', { memory: 512 })],
      undefined,
    ],
    [
      'a pod of a workload whose name only begins so does not',
      [node('a', 512)],
      [pod({ of: 'Deployment/web-2', memory: 512 })],
      [workload('web', { memory: 512 })],
      '0 are free beside shop/web-2 (512Mi): 512Mi short',
    ],
    [
      'a pod of that name in another namespace does not',
      [node('a', 512)],
      full({ of: 'Deployment/web', namespace: 'bank', memory: 512 }),
      [workload('web', { memory: 1 })],
      '1Mi short',
    ],
    [
      'a pod that ended holds nothing',
      [node('a', 1_000)],
      full({ phase: 'Succeeded' }),
      [workload('web', { memory: 200 })],
      undefined,
    ],
    [
      'a pod that is being deleted may be gone',
      [node('a', 1_000)],
      full({ deleted: true }),
      [workload('web', { memory: 200 })],
      undefined,
    ],
    [
      'a pod of a Job may end',
      [node('a', 1_000)],
      full({ of: 'Job/once', spec: { restartPolicy: 'Never' } }),
      [workload('web', { memory: 200 })],
      undefined,
    ],
    [
      'a pod of lower priority is pushed out',
      [node('a', 1_000)],
      full({ spec: { priority: -10 } }),
      [workload('web', { memory: 200 })],
      undefined,
    ],
    [
      'nobody knows the number of a priority class',
      [node('a', 1_000)],
      full({ spec: { priority: 9 } }),
      [workload('web', { memory: 200, podSpec: { priorityClassName: 'high' } })],
      undefined,
    ],
    [
      'unless a pod of the workload has it',
      [node('a', 1_000)],
      [...full({ spec: { priority: 9 } }), pod({ of: 'Deployment/web', spec: { priority: 5 } })],
      [workload('web', { memory: 200, podSpec: { priorityClassName: 'high' } })],
      '100Mi short',
    ],
    ['a pod on another node', [node('a', 1_000)], full({ on: 'b' }), [workload('web', { memory: 200 })], undefined],
    ['a second node has room', [node('a', 100), node('b', 300)], [], [workload('web', { memory: 200 })], undefined],
    [
      'a cordoned one does not count',
      [node('a', 100), node('b', 300, { spec: { unschedulable: true } })],
      [],
      [workload('web', { memory: 200 })],
      'node a has 100Mi',
    ],
    [
      'no node at all takes it: that is for the scheduler to say',
      [node('a', 100)],
      [],
      [workload('web', { memory: 200, podSpec: { nodeSelector: { disk: 'ssd' } } })],
      undefined,
    ],
    [
      'pods that do not fit together',
      [node('a', 500)],
      [],
      [workload('web', { memory: 200, spec: { replicas: 3 } })],
      'asks for 600Mi memory (3 pods of 200Mi)',
    ],
    [
      'pods that no two nodes hold together',
      [node('a', 500), node('b', 500)],
      [],
      [workload('web', { memory: 300, spec: { replicas: 3 } })],
      'asks for 600Mi memory (2 pods of 300Mi)',
    ],
    [
      'workloads that do not fit together on the one node',
      [node('a', 500)],
      [],
      [workload('web', { memory: 300 }), workload('api', { memory: 250 })],
      '200Mi are free beside Deployment shop/web (300Mi): 50Mi short',
    ],
    [
      'on two nodes they may',
      [node('a', 500), node('b', 500)],
      [],
      [workload('web', { memory: 300 }), workload('api', { memory: 250 })],
      undefined,
    ],
    [
      'a DaemonSet needs room on each node',
      [node('a', 500), node('b', 100)],
      [],
      [workload('log', { kind: 'DaemonSet', memory: 200 })],
      'node b has 100Mi',
    ],
    [
      'CPU',
      [node('a', 500, { cpu: '250m' })],
      [],
      [workload('web', { container: { resources: { requests: { cpu: '0.3' } } } })],
      'asks for 300m cpu; node a has 250m, of which 250m are free: 50m short',
    ],
    [
      'the number of pods',
      [node('a', 500, { pods: 2 })],
      [pod(), pod()],
      [workload('web')],
      'asks for 1 more pod; node a has 2, of which 0 are free',
    ],
    [
      'what a driver may offer later',
      [node('a', 500)],
      [],
      [workload('web', { container: { resources: { limits: { 'nvidia.com/gpu': 1 } } } })],
      undefined,
    ],
    [
      'an overcommitted node has nothing free, not less',
      [node('a', 500)],
      full({}),
      [workload('web', { memory: 1 })],
      '0 are free beside',
    ],
  ])('%s', (_, nodes, pods, workloads, expected) => {
    const said = sentence(nodes, pods, workloads);
    expect(said ?? 'it fits').toContain(expected ?? 'it fits');
  });
});

describe('whatever the cluster', () => {
  const size = fc.integer({ min: 1, max: 400 });
  const nodes = fc.array(fc.record({ memory: size, pods: fc.integer({ min: 1, max: 6 }) }), {
    minLength: 1,
    maxLength: 3,
  });
  const pods = fc.array(fc.record({ on: fc.constantFrom('a', 'b', 'c'), memory: size }), { maxLength: 4 });
  const workloads = fc.array(fc.record({ memory: size, replicas: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 1,
    maxLength: 3,
  });
  const given = fc.record({ nodes, pods, workloads });
  type Given = typeof given extends fc.Arbitrary<infer T> ? T : never;

  function build({ nodes: some, pods: placed, workloads: wanted }: Given, extra = 0) {
    const all = wanted.map(({ memory, replicas }, index) =>
      planned(workload(`w${index}`, { memory, spec: { replicas } })),
    );
    const demands = all.map((one) => demandOf(one, all, undefined));
    const list = some.map(({ memory, pods: most }, index) => node('abc'[index] ?? '', memory + extra, { pods: most }));
    return {
      rooms: roomsOf(
        list,
        placed.map((one) => pod(one)),
        demands,
      ),
      demands,
    };
  }
  const isShort = ({ rooms, demands }: ReturnType<typeof build>): boolean => shortageOf(rooms, demands) !== undefined;
  const fits = ({ rooms, demands }: ReturnType<typeof build>): boolean =>
    fitsAll(
      rooms,
      demands.map((demand) => ({ demand, request: demand.request, count: demand.replicas })),
      () => true,
    );

  test('what a simple arrangement places is never refused', () => {
    fc.assert(
      fc.property(given, (one) => {
        const built = build(one);
        expect(fits(built) && isShort(built)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test('on one node, what is not refused is placed', () => {
    fc.assert(
      fc.property(given, (one) => {
        const built = build({ ...one, nodes: one.nodes.slice(0, 1) });
        expect(isShort(built)).toBe(!fits(built));
      }),
      { numRuns: 1_000 },
    );
  });

  test('more memory on each node makes nothing too small that was not', () => {
    fc.assert(
      fc.property(given, fc.nat(200), (one, extra) => {
        expect(isShort(build(one, extra)) && !isShort(build(one))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a pod less makes nothing too small that was not', () => {
    fc.assert(
      fc.property(given, (one) => {
        expect(isShort(build({ ...one, pods: one.pods.slice(1) })) && !isShort(build(one))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a failure says numbers that add up', () => {
    fc.assert(
      fc.property(given, (one) => {
        const { rooms, demands } = build(one);
        const found = shortageOf(rooms, demands);
        expect((found?.each ?? 0n) * BigInt(found?.pods ?? 0)).toBe((found?.free ?? 0n) + (found?.short ?? 0n));
      }),
    );
  });
});
