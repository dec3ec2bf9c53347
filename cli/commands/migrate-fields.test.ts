import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inProcess } from '../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hawser-migrate-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** As `kubectl get -o yaml --show-managed-fields` prints it. */
const applied = `
apiVersion: apps/v1
kind: Deployment
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"apiVersion":"apps/v1"}
  managedFields:
  - apiVersion: apps/v1
    fieldsType: FieldsV1
    fieldsV1:
      f:metadata:
        f:annotations:
          .: {}
          f:kubectl.kubernetes.io/last-applied-configuration: {}
      f:spec:
        f:template:
          f:spec:
            f:containers:
              k:{"name":"shop"}:
                .: {}
                f:image: {}
    manager: kubectl-client-side-apply
    operation: Update
    time: "2026-01-02T03:04:05Z"
  - apiVersion: apps/v1
    fieldsType: FieldsV1
    fieldsV1:
      f:status:
        f:replicas: {}
    manager: kube-controller-manager
    operation: Update
    subresource: status
    time: "2026-01-02T03:04:05Z"
  name: shop
  namespace: shop
  resourceVersion: "42"
`;

describe('hawser migrate-fields', () => {
  it('prints the patch of one object', async () => {
    const { status, value, text } = await inProcess('migrate-fields', file('one.yaml', applied), '--manager', 'mine');
    expect(status).toBe(0);
    expect(value).toMatchObject([
      {
        op: 'replace',
        path: '/metadata/managedFields',
        value: [
          {
            manager: 'mine',
            operation: 'Apply',
            fieldsV1: {
              'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"shop"}': { 'f:image': {} } } } } },
            },
          },
          { manager: 'kube-controller-manager', operation: 'Update', subresource: 'status' },
        ],
      },
      { op: 'replace', path: '/metadata/resourceVersion', value: '42' },
      { op: 'remove', path: '/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration' },
    ]);
    expect(text).toContain('Deployment shop/shop: to make the fields those of mine');
  });

  it('prints an empty array when there is nothing to migrate', async () => {
    const other = applied
      .replace('kubectl-client-side-apply', 'hawser')
      .replace('operation: Update', 'operation: Apply');
    const { status, value, text } = await inProcess('migrate-fields', file('none.yaml', other));
    expect({ status, value, text }).toEqual({
      status: 0,
      value: [],
      text: 'Deployment shop/shop: nothing to migrate.',
    });
  });

  it('prints a patch for each object of a List, also when it is one', async () => {
    const item = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } };
    const list = (...items: object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' };
    expect((await inProcess('migrate-fields', file('list.json', list(item)))).value).toEqual([{ ref, patch: [] }]);
    expect((await inProcess('migrate-fields', file('two.json', list(item, item)))).value).toHaveLength(2);
  });

  it('names what is wrong with the file', async () => {
    expect(await inProcess('migrate-fields', join(folder, 'no.yaml'))).toMatchObject({ status: 2 });
  });
});
