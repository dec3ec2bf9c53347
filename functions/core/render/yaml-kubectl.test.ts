import { expect, test } from 'vitest';
import cases from './fixtures/kubectl-yaml.json' with { type: 'json' };
import { readYaml } from './yaml.ts';

/**
 * Each case: what the decoder of kubectl 1.34 (k8s.io/apimachinery v0.34.4, util/yaml) made of each text: its documents as JSON, null where
 * it failed. `hawser` says what is expected here: `same`, `refuses` (with a line), or `reads` what kubectl cannot read.
 */
const of = (kind: string) =>
  cases.filter(({ hawser }) => hawser === kind).map((each) => ({ ...each, name: JSON.stringify(each.text) }));

test('each case expects one of the three', () => {
  expect(of('same').length + of('refuses').length + of('reads').length).toBe(cases.length);
});

test.each(of('same'))('$name is read as kubectl reads it', ({ text, kubectl }) => {
  const { documents, problems } = readYaml('a.yaml', text);
  expect(problems).toEqual([]);
  // As it would travel: -0 is 0 there.
  const read: unknown = JSON.parse(JSON.stringify(documents.map(({ value }) => value)));
  expect(read).toEqual((kubectl ?? []).map((document) => JSON.parse(document) as unknown));
});

test.each(of('refuses'))('$name is refused, with its line', ({ text }) => {
  const { problems } = readYaml('a.yaml', text);
  expect(problems).not.toEqual([]);
  expect(problems.map(({ line }) => line)).not.toContain(undefined);
});

test.each(of('reads'))('$name is read, though kubectl cannot', ({ text, kubectl }) => {
  expect(readYaml('a.yaml', text).problems).toEqual([]);
  expect(kubectl).toBeNull();
});
