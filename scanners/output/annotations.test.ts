import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Decision } from '../policy/decide.ts';
import { finding, invalid, judged, now, plain as make, policyOf, read, secret } from '../policy/testing/make.ts';
import { annotationLines } from './annotations.ts';
import { blockingOf, invalidReasons } from './finding-text.ts';
import { example } from './testing/example.ts';
import { decision as hostile, leaked } from './testing/hostile.ts';

interface Command {
  name: string;
  properties: Record<string, string>;
  data: string;
}

/** What GitHub's runner does with a line: actions/runner, ActionCommand.TryParseV2, in our words. */
function commandOf(line: string): Command | undefined {
  const text = line.trimStart();
  const end = text.indexOf('::', 2);
  if (!text.startsWith('::') || end < 0) return undefined;
  const [name = '', ...rest] = text.slice(2, end).split(' ');
  const unescape = (value: string, more: readonly (readonly [string, string])[]): string =>
    [['%0D', '\r'] as const, ['%0A', '\n'] as const, ...more, ['%25', '%'] as const].reduce(
      (all, [from, to]) => all.replaceAll(from, to),
      value,
    );
  const pairs = rest
    .join(' ')
    .split(',')
    .map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)] as const);
  return {
    name,
    properties: Object.fromEntries(
      pairs.map(([key, value]) => [key, unescape(value, [['%3A', ':'] as const, ['%2C', ','] as const])]),
    ),
    data: unescape(text.slice(end + 2), []),
  };
}

describe('annotationLines', () => {
  it('puts what blocks at its line', () => {
    expect(annotationLines(judged([secret]))).toEqual([
      '::error file=src/a.ts,line=3,title=unknown%3A github-pat::github-pat at src/a.ts:3. Any secret blocks. It blocks by categories.secret.block: any.',
    ]);
  });

  it('warns of what does not block', () => {
    expect(annotationLines(example).at(-1)).toMatch(/^::warning title=Scan gate::/);
  });

  it('says nothing of a clean scan', () => {
    expect(annotationLines(judged([]))).toEqual([]);
  });

  it.each([
    ['50% done\r\nnext', 'rule-1 at src/a.ts:3. 50%25 done next.'],
    ['a: b, c::d', 'rule-1 at src/a.ts:3. a: b, c::d.'],
    ['%0A::error::x', 'rule-1 at src/a.ts:3. %250A::error::x.'],
  ])('escapes %j', (title, begin) => {
    const [line = ''] = annotationLines(judged([make({ category: 'code', title })]));
    expect(line.slice(line.indexOf('::', 2) + 2)).toContain(begin);
  });

  it('escapes what parts properties', () => {
    const rule = 'a,line=9:b%';
    const [line = ''] = annotationLines(judged([make({ category: 'code', rule })]));
    expect(commandOf(line)?.properties).toEqual({ file: 'src/a.ts', line: '3', title: `high: ${rule}` });
  });

  it.each(['/usr/lib/a', '../a', 'https://shop.example/x', 'C:\\a', 'shop:1 (debian 12.5)', 'a\u202eb', ''])(
    'names no file for %j, which is none of the repository',
    (path) => {
      const [line = ''] = annotationLines(judged([finding({ location: { path } })]));
      expect(Object.keys(commandOf(line)?.properties ?? {})).toEqual(['title']);
    },
  );

  it('has ten of a kind at most, as GitHub shows no more, and counts the rest', () => {
    const many = Array.from({ length: 34 }, (_, at) => finding({ id: `CVE-2026-${1000 + at}` }));
    const warnings = Array.from({ length: 34 }, (_, at) => `Warning ${at}.`);
    const lines = annotationLines(decide({ policy: policyOf(), reports: [read('trivy', many, { warnings })], now }));
    expect(lines.filter((line) => line.startsWith('::error ')).length).toBe(10);
    expect(lines.filter((line) => line.startsWith('::warning ')).length).toBe(10);
    expect(lines[9]).toContain('25 more problems of this kind');
    expect(lines[19]).toContain('25 more warnings');
  });

  it('shows ten of ten', () => {
    const ten = Array.from({ length: 10 }, (_, at) => finding({ id: `CVE-2026-${1000 + at}` }));
    expect(annotationLines(judged(ten)).filter((line) => line.includes('CVE-')).length).toBe(10);
  });

  it('tells first what is wrong with reports', () => {
    const lines = annotationLines(
      decide({ policy: policyOf(), reports: [invalid('trivy'), read('gitleaks', [secret])], now }),
    );
    expect(lines[0]).toMatch(/^::error title=Report not valid::trivy\.json is cut off/);
    expect(lines.length).toBe(2);
  });

  it('is one error or warning a line, whatever the findings say, and all that blocks is named or counted', () => {
    fc.assert(
      fc.property(hostile, (decision: Decision) => {
        const lines = annotationLines(decision);
        expect(lines.length).toBeLessThanOrEqual(20);
        for (const line of lines) {
          // Whatever a reader takes for the end of a line.
          expect(line).not.toMatch(/[\r\n\v\f\u0085\u2028\u2029]/);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
          expect(line).not.toContain(leaked);
          expect(line.length).toBeLessThan(5_000);
          const command = commandOf(line);
          expect(['error', 'warning']).toContain(command?.name);
          const keys = Object.keys(command?.properties ?? {});
          expect(keys.filter((key) => !['file', 'line', 'title'].includes(key))).toEqual([]);
          expect(keys).toContain('title');
          expect(command?.data).not.toMatch(/[\r\n]/);
          expect(command?.properties['file'] ?? 'a').not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)/);
        }
        const errors = lines.filter((line) => line.startsWith('::error '));
        const { findings, endOfLife } = blockingOf(decision);
        const all = findings.length + endOfLife.length + invalidReasons(decision).length;
        const more = Number(/::(\d+) more problems? of this kind/.exec(errors[9] ?? '')?.[1] ?? 0);
        expect(errors.length + (more > 0 ? more - 1 : 0)).toBe(all);
      }),
      { numRuns: 300 },
    );
  });
});
