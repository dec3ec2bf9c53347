import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import cases from './fixtures/kubectl-yaml.json' with { type: 'json' };
import { dumpObjects } from './dump.ts';
import { readYaml } from './yaml.ts';

/** Texts that some reader of YAML takes for something else, and whole documents as text. */
const odd = [...cases.map(({ text }) => text), ...cases.map(({ text }) => text.slice(3).trim())];
odd.push(
  '\u2028x',
  'a\u0085b',
  '\ufeff',
  '\u0000',
  '---',
  '...',
  'a\n---\nb',
  ' x ',
  '\t',
  'a\r\nb',
  '# x',
  '!x',
  '&x',
  '*x',
);

const objectWith = (data: Record<string, unknown>): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a' },
  data,
});

/** Two of it, as they are read after they were written; problems instead, if reading finds any. */
function readBack(object: Manifest): unknown[] {
  const { documents, problems } = readYaml('a.yaml', dumpObjects([object, object]));
  return problems.length > 0 ? problems : documents.map(({ value }) => value);
}

test.each(odd.map((text) => [JSON.stringify(text), text] as const))('%s is read back as it was', (_, text) => {
  const object = objectWith({ value: text, list: [text, [text]], [text]: 'key' });
  expect(readBack(object)).toEqual([object, object]);
});

test.each(['a: \n', 'a\n', 'a\n\n', 'a\n \n', ' ', 'a\u00a0\n'])('%j at the end is read back as it was', (text) => {
  const object = objectWith({ value: text });
  expect(readBack(object)).toEqual([object, object]);
});

test('any text is read back as it was', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(...odd));
  const key = text.filter((one) => one !== '__proto__');
  const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(fc.dictionary(key, value).map(objectWith), (object) => {
      expect(readBack(object)).toEqual([object, object]);
    }),
  );
});
