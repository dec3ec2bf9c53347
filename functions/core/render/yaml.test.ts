import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { describeProblem } from './position.ts';
import { readYaml } from './yaml.ts';

const read = (text: string): unknown[] => readYaml('a.yaml', text).documents.map(({ value }) => value);
const problems = (text: string): string[] =>
  readYaml('a.yaml', text).problems.map((problem) => describeProblem(problem));
const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...'bcdefghi'.split('').map((name, i) => `${name}: &${name} [${Array(7).fill(`*${'abcdefgh'[i]}`).join(', ')}]`),
].join('\n');

describe('readYaml', () => {
  test.each([
    ['several documents, empty ones left out', '---\na: 1\n---\n---\nb: 2\n', [{ a: 1 }, { b: 2 }]],
    ['JSON', '{"a": [1, "x", null]}', [{ a: [1, 'x', null] }]],
    ['octal as kubectl reads it', 'mode: 0644\nnew: 0o644\nnot: 0899', [{ mode: 420, new: 420, not: 899 }]],
    ['merge keys', 'x: &x { a: 1 }\nz: { <<: *x, b: 2 }', [{ x: { a: 1 }, z: { a: 1, b: 2 } }]],
    ['words in quotes stay text', 'a: "yes"\nb: \'off\'', [{ a: 'yes', b: 'off' }]],
    [
      'words in blocks stay text',
      'a: |-\n  yes\nb: >-\n  12345678901234567890',
      [{ a: 'yes', b: '12345678901234567890' }],
    ],
    ['dates stay text', 'a: 2020-01-01', [{ a: '2020-01-01' }]],
  ])('reads %s', (_, text, expected) => {
    expect(problems(text)).toEqual([]);
    expect(read(text)).toEqual(expected);
  });

  test.each([
    ['a key that is there twice', 'a: 1\nb:\n  c: 1\n  c: 2', 'k8s/a.yaml:4: b.c: the key is there twice'],
    ['a template', 'image:\n  {{ .Values.image }}', 'k8s/a.yaml:2: image: a key must be a string; a template such as {{ … }} has to be rendered first'],
    ['a boolean of YAML 1.1', 'a:\n  - on', 'k8s/a.yaml:2: a[0]: on is a boolean to kubectl and a string to YAML 1.2: write true, false or "on"'],
    ['a number that loses digits', 'a: 12345678901234567890', 'k8s/a.yaml:1: a: the number is too large to be kept exactly: put it in quotes'],
    ['a key that changes prototypes', '__proto__: {}', 'k8s/a.yaml:1: __proto__: this key is not allowed'],
    ['a tag that is not known', 'a: 1\nb: !!js/function x', 'k8s/a.yaml:2: is not valid YAML: unknown scalar tag !<tag:yaml.org,2002:js/function>'],
    ['an end that is missing', 'a: [1', 'k8s/a.yaml:1: is not valid YAML: unexpected end of the stream within a flow collection'],
    ['too many bytes', `a: ${'x'.repeat(300_000)}`, 'k8s/a.yaml: is 300003 bytes; expected at most 262144'],
    ['aliases of aliases', bomb, 'k8s/a.yaml:6: f[0]: has more than 50000 values once its aliases are written out'],
    ['an alias inside itself', 'a: &a [*a]', 'k8s/a.yaml:1: a[0]: *a stands inside the value that it names'],
  ])('refuses %s', (_, text, problem) => {
    expect(problems(text)).toEqual([problem]);
  }); // prettier-ignore

  it('refuses depth before it costs anything', () => {
    expect(problems('['.repeat(100_000))[0]).toMatch(/nesting|depth/i);
  });

  it('lists the problems of all documents at once', () => {
    expect(problems('a: 1\na: 2\n---\nb: yes\n---\nc: 1')).toHaveLength(2);
  });

  it('gives each use of an alias its own copy', () => {
    const [value] = read('x: &x { a: 1 }\nz: *x') as [{ x: object; z: object }];
    expect(value.z).toEqual(value.x);
    expect(value.z).not.toBe(value.x);
  });

  it('knows the line of each value, across documents', () => {
    const [, second] = readYaml('a.yaml', 'a: 1\n---\nb:\n  - c\n  - { d/e: 1 }\n').documents;
    expect(second?.locate('/b/1/d~1e')).toEqual({ file: 'a.yaml', line: 5 });
    expect(second?.locate('/b/1/gone/deeper')).toEqual({ file: 'a.yaml', line: 5 });
  });

  it('reads back any JSON and never throws on any text', () => {
    fc.assert(fc.property(fc.json(), (json) => void readYaml('a', json)));
    fc.assert(fc.property(fc.string({ maxLength: 80 }), (text) => void readYaml('a', text)));
    const value = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.oneof(fc.string(), fc.boolean(), fc.integer()));
    fc.assert(
      fc.property(value, (object) => {
        expect(read(JSON.stringify(object))).toEqual([object]);
      }),
    );
  });
});
