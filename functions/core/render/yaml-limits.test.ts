import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeProblem } from './position.ts';
import { readYaml } from './yaml.ts';

const nine = Array.from({ length: 9 }, (_, index) => index);
const laughs = nine
  .map((index) => `a${index}: &a${index} [${nine.map(() => (index === 0 ? 'x' : `*a${index - 1}`)).slice(2).join(', ')}]`)
  .join('\n'); // prettier-ignore
const wide = `a: &a [${'x, '.repeat(2_000)}]\n`;
const deepAnchors = Array.from({ length: 3 }, (_, index) => `d${index}: &d${index} ${'['.repeat(30)}${index === 0 ? 1 : `*d${index - 1}`}${']'.repeat(30)}`).join('\n'); // prettier-ignore

/** Each was made to cost a parser its memory, its stack or its time. */
const bombs: [name: string, text: string, problem: string][] = [
  ['depth', '['.repeat(100_000), 'k8s/a:1: is not valid YAML: nesting exceeded maxDepth (64)'],
  ['depth of maps', '{a: '.repeat(60_000), 'k8s/a:1: is not valid YAML: nesting exceeded maxDepth (64)'],
  ['depth of blocks', Array.from({ length: 700 }, (_, index) => `${' '.repeat(index)}a:`).join('\n'), 'k8s/a:64: is not valid YAML: nesting exceeded maxDepth (64)'],
  ['depth by aliases', deepAnchors, 'k8s/a:3: d2[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: is nested deeper than 64 once its aliases are written out'],
  ['aliases of aliases', laughs, 'k8s/a:6: a5[1]: has more than 50000 values once its aliases are written out'],
  ['many aliases', `${wide}b: [${'*a, '.repeat(70)}]`, 'k8s/a:2: b[23]: has more than 50000 values once its aliases are written out'],
  ['many aliases of little', `a: &a 1\nb: [${'*a, '.repeat(70)}]`, 'k8s/a:2: b[64]: has more than 64 aliases'],
  ['many merges', `a: &a { ${Array.from({ length: 2_000 }, (_, index) => `k${index}: 1`).join(', ')} }\n${Array.from({ length: 60 }, (_, index) => `m${index}: { <<: *a }`).join('\n')}`, 'k8s/a:25: m23["<<"]: has more than 50000 values once its aliases are written out'],
  ['an alias inside itself', 'a: &a { b: [*a] }', 'k8s/a:1: a.b[0]: *a stands inside the value that it names'],
  ['values', `a: [${'1,'.repeat(60_000)}]`, 'k8s/a:1: a[49998]: has more than 50000 values once its aliases are written out'],
]; // prettier-ignore

test.each(bombs)('%s is refused, naming the line', (_, text, problem) => {
  expect(readYaml('a', text).problems.map((one) => describeProblem(one))).toEqual([problem]);
});

test('what fits the limits is read, however odd: many lines, documents, keys, anchors', () => {
  const oddities = [
    'a\n'.repeat(100_000),
    '---\n'.repeat(60_000),
    '---\na\n'.repeat(20_000),
    Array.from({ length: 12_000 }, (_, index) => `k${index}: &a${index} 1`).join('\n'),
    `a: "${'x\n '.repeat(80_000)}"`,
    `a: ${' '.repeat(200_000)}b`,
    `a: ${'9'.repeat(200_000)}`,
  ];
  for (const text of oddities) expect(readYaml('a', text).problems).toEqual([]);
});

test('a warm process survives each a thousand times, in 64 MB', () => {
  const module = JSON.stringify(join(import.meta.dirname, 'yaml.ts'));
  const small = bombs.filter(([, text]) => text.length < 5_000).map(([, text]) => text);
  // Repeated deep documents have killed another parser by its regular expressions.
  small.push(`---\n${'{a: '.repeat(40)}${'}'.repeat(40)}\n`.repeat(5), '['.repeat(5_000));
  const script = `
    import { readYaml } from ${module};
    const bombs = ${JSON.stringify(small)};
    let refused = 0;
    for (let round = 0; round < 1_000; round++) for (const bomb of bombs) refused += readYaml('a', bomb).problems.length;
    process.stdout.write(String(refused));
  `;
  const child = spawnSync(
    process.execPath,
    ['--max-old-space-size=64', '--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script],
    { encoding: 'utf8', cwd: import.meta.dirname },
  );
  expect({ status: child.status, signal: child.signal, stdout: child.stdout }).toEqual({
    status: 0,
    signal: null,
    stdout: String((small.length - 1) * 1_000),
  });
}, 120_000);
