import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRecord } from '../rollout/field.ts';
import { pointerOf } from './place.ts';
import { childPointer, pointerKeys } from './position.ts';

const pod = {
  metadata: { name: 'shop', annotations: { 'a.b/c': '1', 'x[0]': '2' }, finalizers: ['a', 'b'] },
  spec: {
    containers: [
      { name: 'proxy', image: 'p' },
      {
        name: 'app',
        imagee: 'x',
        ports: [{ containerPort: 80 }, { containerPort: 443, protocol: 'UDP' }, { containerPort: 80 }],
        env: [{ name: 'A.B', value: '1' }],
      },
    ],
  },
};

describe('a field path of the API server', () => {
  test.each([
    ['of validation', 'spec.containers[1].image', '/spec/containers/1/image'],
    ['deeper than the object', 'spec.containers[0].securityContext.runAsUser', '/spec/containers/0/securityContext'],
    ['of an unknown field (strict decoding)', 'spec.containers[1].imagee', '/spec/containers/1/imagee'],
    ['of a key with dots and a slash', 'metadata.annotations[a.b/c]', '/metadata/annotations/a.b~1c'],
    ['of a key in quotes', 'metadata.annotations["a.b/c"]', '/metadata/annotations/a.b~1c'],
    ['of server-side apply', '.spec.containers[name="app"].imagee', '/spec/containers/1/imagee'],
    ['with two keys', '.spec.containers[name="app"].ports[containerPort=443,protocol="UDP"]', '/spec/containers/1/ports/1'],
    ['with a key that the object leaves to its default', '.spec.containers[name="app"].ports[containerPort=80,protocol="TCP"].hostPort', '/spec/containers/1/ports/0/hostPort'],
    ['with a dot inside a key', '.spec.containers[name="app"].env[name="A.B"].value', '/spec/containers/1/env/0/value'],
    ['of a member of a set', '.metadata.finalizers[="b"]', '/metadata/finalizers/1'],
    ['of an item that is not there', '.spec.containers[name="other"].image', '/spec/containers'],
    ['of an index that is not there', 'spec.containers[7].image', '/spec/containers'],
    ['of Go’s decoder, without index', 'spec.containers.image', '/spec/containers'],
    ['of nothing', '', ''],
    ['of the whole object', '<nil>', '/<nil>'],
    ['with brackets that do not close', 'spec.containers[0', '/spec/containers/0'],
  ])('%s: %s', (_, path, pointer) => {
    expect(pointerOf(path, pod)).toBe(pointer);
  }); // prettier-ignore

  test('of any value leads to it, by indexes as by keys', () => {
    const key = fc.stringMatching(/^[a-zA-Z][\w-]{0,8}$/);
    const tree = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, fc.integer(), fc.dictionary(key, tie('value'), { maxKeys: 3 }), fc.array(tie('value'), { maxLength: 3 })),
    })).value; // prettier-ignore
    fc.assert(
      fc.property(tree, (value) => {
        for (const { path, pointer } of leaves(value, '', '')) expect(pointerOf(path, value)).toBe(pointer);
      }),
    );
  });

  test('of any text gives a pointer into the object or one key beyond it', () => {
    const near = fc.string({
      unit: fc.constantFrom('.', '[', ']', '"', '=', ',', 'a', '0', '\\', 'spec', 'containers', 'name'),
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (path) => {
        const keys = pointerKeys(pointerOf(path, pod)).slice(0, -1);
        let value: unknown = pod;
        for (const one of keys)
          value = Array.isArray(value) ? value[Number(one)] : isRecord(value) ? value[one] : undefined;
        expect(value).toBeDefined();
      }),
    );
  });
});

function leaves(value: unknown, path: string, pointer: string): { path: string; pointer: string }[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => leaves(item, `${path}[${index}]`, childPointer(pointer, index)));
  }
  if (!isRecord(value)) return [{ path, pointer }];
  return Object.entries(value).flatMap(([key, item]) =>
    leaves(item, path === '' ? key : `${path}.${key}`, childPointer(pointer, key)),
  );
}
