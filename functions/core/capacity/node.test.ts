import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { admits, keepsApart } from './node.ts';

const taint = (key: string, effect = 'NoSchedule', value?: string) => ({
  key,
  effect,
  ...(value === undefined ? {} : { value }),
});
const node = (spec: object = {}, ready = 'True'): Manifest => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'ip-10-0-0-5', labels: { disk: 'ssd', cores: '2' } },
  spec,
  status: { conditions: [{ type: 'Ready', status: ready }] },
});
const requires = (...terms: object[]) => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
});
const label = (key: string, operator: string, ...values: string[]) => ({
  matchExpressions: [{ key, operator, values }],
});

describe('admits', () => {
  test.each<[string, Manifest, unknown, string]>([
    ['any pod', node(), {}, 'yes'],
    ['not while it is not ready', node({}, 'False'), {}, 'maybe'],
    ['not when it is cordoned', node({ unschedulable: true }), {}, 'no'],
    ['pods with its labels', node(), { nodeSelector: { disk: 'ssd' } }, 'yes'],
    ['no pods with other labels', node(), { nodeSelector: { disk: 'hdd' } }, 'no'],
    ['a pod that names it', node(), { nodeName: 'ip-10-0-0-5' }, 'yes'],
    ['no pod that names another', node(), { nodeName: 'ip-10-0-0-6' }, 'no'],
    ['no pod that does not tolerate its taint', node({ taints: [taint('dedicated')] }), {}, 'no'],
    ['a pod that only prefers others', node({ taints: [taint('dedicated', 'PreferNoSchedule')] }), {}, 'yes'],
    [
      'maybe, when the taint is about the node’s state',
      node({ taints: [taint('node.kubernetes.io/disk-pressure')] }),
      {},
      'maybe',
    ],
    ['not, when that state is a cordon', node({ taints: [taint('node.kubernetes.io/unschedulable')] }), {}, 'no'],
    [
      'a pod that tolerates it by value',
      node({ taints: [taint('dedicated', 'NoSchedule', 'shop')] }),
      { tolerations: [{ key: 'dedicated', value: 'shop', effect: 'NoSchedule' }] },
      'yes',
    ],
    [
      'no pod that tolerates another value',
      node({ taints: [taint('dedicated', 'NoSchedule', 'shop')] }),
      { tolerations: [{ key: 'dedicated', value: 'bank' }] },
      'no',
    ],
    [
      'no pod that tolerates another effect',
      node({ taints: [taint('dedicated', 'NoExecute')] }),
      { tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }] },
      'no',
    ],
    [
      'a pod that tolerates everything',
      node({ taints: [taint('dedicated')], unschedulable: true }),
      { tolerations: [{ operator: 'Exists' }] },
      'yes',
    ],
    ['In', node(), requires(label('disk', 'In', 'hdd', 'ssd')), 'yes'],
    ['not In', node(), requires(label('disk', 'In', 'hdd')), 'no'],
    ['NotIn', node(), requires(label('disk', 'NotIn', 'ssd')), 'no'],
    ['NotIn of a label that is not there', node(), requires(label('zone', 'NotIn', 'a')), 'yes'],
    ['Exists', node(), requires(label('disk', 'Exists')), 'yes'],
    ['DoesNotExist', node(), requires(label('disk', 'DoesNotExist')), 'no'],
    ['Gt', node(), requires(label('cores', 'Gt', '1')), 'yes'],
    ['Gt of the same', node(), requires(label('cores', 'Gt', '2')), 'no'],
    ['Lt of what is no number', node(), requires(label('disk', 'Lt', '2')), 'no'],
    ['one of several terms', node(), requires(label('disk', 'In', 'hdd'), label('cores', 'Exists')), 'yes'],
    [
      'all expressions of one term',
      node(),
      requires({
        matchExpressions: [...label('disk', 'Exists').matchExpressions, ...label('cores', 'In', '4').matchExpressions],
      }),
      'no',
    ],
    [
      'its name as a field',
      node(),
      requires({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['ip-10-0-0-5'] }] }),
      'yes',
    ],
    ['nobody by an empty term', node(), requires({}), 'no'],
    ['maybe, for an operator that is not known', node(), requires(label('disk', 'Like', 's*')), 'maybe'],
  ])('%s', (_, given, spec, expected) => {
    expect(admits(given, spec)).toBe(expected);
  });

  test('pods of a DaemonSet come to a node in whatever state, but not past its own taints', () => {
    expect(admits(node({ unschedulable: true, taints: [taint('node.kubernetes.io/unschedulable')] }), {}, true)).toBe(
      'yes',
    );
    expect(admits(node({ taints: [taint('dedicated')] }), {}, true)).toBe('no');
  });

  test('answers for anything', () => {
    fc.assert(
      fc.property(fc.anything(), fc.boolean(), (spec, daemon) => {
        expect(['yes', 'no', 'maybe']).toContain(admits(node(), spec, daemon));
      }),
    );
  });
});

test('keepsApart sees the rules about other pods that are hard', () => {
  const apart = {
    affinity: {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }] },
    },
  };
  expect(keepsApart(apart)).toBe(true);
  expect(keepsApart({ topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule' }] })).toBe(true);
  expect(keepsApart({ topologySpreadConstraints: [{ whenUnsatisfiable: 'ScheduleAnyway' }] })).toBe(false);
  expect(keepsApart({})).toBe(false);
});
