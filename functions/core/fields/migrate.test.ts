import { describe, expect, it, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { jsonPatch } from '../render/patch.ts';
import { migratedEntries, migrateFields } from './migrate.ts';
import type { FieldsEntry, FieldSet } from './set.ts';

const LAST = 'kubectl.kubernetes.io/last-applied-configuration';
const entry = (
  manager: string,
  operation: 'Apply' | 'Update',
  fieldsV1: FieldSet,
  more: Partial<FieldsEntry> = {},
): FieldsEntry => ({
  manager,
  operation,
  apiVersion: 'apps/v1',
  time: '2026-01-01T00:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const object = (managedFields: FieldsEntry[], metadata: object = {}): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop', resourceVersion: '7', managedFields, ...metadata },
});
const spec = (...names: string[]): FieldSet => ({
  'f:spec': Object.fromEntries(names.map((name) => [`f:${name}`, {}])),
});

describe('migratedEntries', () => {
  test.each<[string, FieldsEntry[], FieldsEntry[] | undefined]>([
    ['nothing of a client', [entry('hawser', 'Apply', spec('a')), entry('controller', 'Update', spec('b'))], undefined],
    ['no entries at all', [], undefined],
    [
      'kubectl apply alone becomes ours',
      [entry('kubectl-client-side-apply', 'Update', spec('a', 'b'))],
      [entry('hawser', 'Apply', spec('a', 'b'))],
    ],
    [
      'kubectl apply beside ours is joined',
      [entry('kubectl-client-side-apply', 'Update', spec('a', 'b')), entry('hawser', 'Apply', spec('b', 'c'), { time: '2026-02-02T00:00:00Z' })],
      [entry('hawser', 'Apply', spec('a', 'b', 'c'), { time: '2026-02-02T00:00:00Z' })],
    ],
    [
      'all clients are joined, the newest one gives the entry',
      [
        entry('before-first-apply', 'Update', spec('a')),
        entry('kubectl', 'Update', spec('b')),
        entry('kubectl-create', 'Update', spec('c'), { time: '2026-03-03T00:00:00Z' }),
        entry('hawser', 'Update', spec('d')),
      ],
      [entry('hawser', 'Apply', spec('c', 'a', 'b', 'd'), { time: '2026-03-03T00:00:00Z' })],
    ],
    [
      'others and subresources stay, in their order',
      [
        entry('kube-controller-manager', 'Update', { 'f:status': {} }, { subresource: 'status' }),
        entry('kubectl-client-side-apply', 'Update', spec('a')),
        entry('kubectl-client-side-apply', 'Update', spec('replicas'), { subresource: 'scale' }),
        entry('argocd', 'Apply', spec('x')),
        entry('kubectl-edit', 'Update', spec('y')),
      ],
      [
        entry('kube-controller-manager', 'Update', { 'f:status': {} }, { subresource: 'status' }),
        entry('hawser', 'Apply', spec('a')),
        entry('kubectl-client-side-apply', 'Update', spec('replicas'), { subresource: 'scale' }),
        entry('argocd', 'Apply', spec('x')),
        entry('kubectl-edit', 'Update', spec('y')),
      ],
    ],
    [
      'paths of another version cannot be joined',
      [entry('kubectl-client-side-apply', 'Update', spec('old'), { apiVersion: 'apps/v1beta1' }), entry('hawser', 'Apply', spec('a'))],
      [entry('hawser', 'Apply', spec('a'))],
    ],
    [
      'the entry in the version of the object is taken, though another is newer',
      [
        entry('kubectl-client-side-apply', 'Update', spec('a')),
        entry('before-first-apply', 'Update', spec('old'), { apiVersion: 'apps/v1beta1', time: '2026-05-05T00:00:00Z' }),
      ],
      [entry('hawser', 'Apply', spec('a'))],
    ],
  ])('%s', (_, before, after) => {
    expect(migratedEntries(object(before), 'hawser')).toEqual(after);
  }); // prettier-ignore
});

describe('migrateFields', () => {
  const applied = entry('kubectl-client-side-apply', 'Update', {
    'f:metadata': { 'f:annotations': { [`f:${LAST}`]: {} } },
    ...spec('a'),
  });
  const annotations = { [LAST]: '{}', other: 'x' };

  it('is empty when there is nothing to migrate, so also after it', () => {
    const live = object([applied], { annotations });
    const after = jsonPatch(live, migrateFields(live, 'hawser')) as Manifest;
    expect(after.metadata.annotations).toEqual({ other: 'x' });
    expect(migrateFields(after, 'hawser')).toEqual([]);
    expect(migrateFields(object([entry('argocd', 'Apply', spec('a'))], { annotations }), 'hawser')).toEqual([]);
  });

  it('is guarded by the resourceVersion that it was made from', () => {
    expect(migrateFields(object([applied]), 'hawser')).toEqual([
      {
        op: 'replace',
        path: '/metadata/managedFields',
        value: [{ ...applied, manager: 'hawser', operation: 'Apply' }],
      },
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
    ]);
  });

  it('leaves kubectl’s annotation to another manager that holds it', () => {
    const live = object([applied, entry('other', 'Update', applied.fieldsV1)], { annotations });
    expect(migrateFields(live, 'hawser').map(({ path }) => path)).toEqual([
      '/metadata/managedFields',
      '/metadata/resourceVersion',
    ]);
  });
});
