import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../finding.ts';
import { decide, type Decision } from '../policy/decide.ts';
import { finding, invalid, judged, now, plain as make, policyOf, read, secret } from '../policy/testing/make.ts';
import { readPolicy } from '../policy/policy.ts';
import { blockingOf } from './finding-text.ts';
import { block, code, prose } from './markdown-text.ts';
import { markdownSummary } from './markdown.ts';
import { example } from './testing/example.ts';
import { decision as hostile, leaked, text } from './testing/hostile.ts';

const options = { policyFile: 'scanners/policy.yaml' };
const MIB = 1_048_576;

/** What a reader of Markdown would still make something of: all but our own marks, the inside of `code` and fenced blocks. */
function actives(markdown: string): string[] {
  const withoutBlocks = markdown.replace(/^(`{3,})yaml\n.*?^\1$/gms, '');
  const found: string[] = [];
  const withoutCode = withoutBlocks.replace(/<code>(.*?)<\/code>/g, (_, inside: string) => {
    const rest = inside.replaceAll('&#64;<!-- -->', '').replace(/&#\d+;/g, '');
    if (/[&<>|\\`*_~[\]!#@:$^{}"'=\n]|www\./i.test(rest)) found.push(inside);
    return 'CODE';
  });
  const ours = withoutCode
    .replace(/^#{2,3} /gm, '')
    .replace(/^\|(?: --- \|)+$/gm, '')
    .replace(/^\| .* \|$/gm, (row) => row.slice(1, -1).replaceAll(' | ', ' '))
    .replaceAll('<br>', '')
    .replace(/^<details><summary>|<\/summary>$|^<\/details>$/gm, '')
    .replace(/\*\*[^*]*\*\*/g, '')
    .replaceAll('`owner`', '')
    .replaceAll('`reason`', '')
    .replace(/&#\d+;/g, '');
  return [...found, ...(ours.match(/.{0,20}(?:[<>|\\`*_~[\]#@$^{}=&]|:\/\/|www\.|:\w+:|[0-9a-f]{7,}).{0,20}/g) ?? [])];
}

describe('text of others in Markdown', () => {
  it.each([
    ['@octocat', '<code>&#64;<!-- -->octocat</code>'],
    ['a|b', '<code>a&#124;b</code>'],
    ['`x`', '<code>&#96;x&#96;</code>'],
    ['www.a.b', '<code>www&#46;a.b</code>'],
    ['</code>', '<code>&#60;/code&#62;</code>'],
    ['', ''],
  ])('writes %j as %j', (given, expected) => {
    expect(code(given)).toBe(expected);
  });

  it.each([
    ['Any secret blocks.', 'Any secret blocks.'],
    ['It is high (says trivy) in lodash 4.17.', 'It is high (says trivy) in lodash <code>4.17</code>.'],
    ['see https://a.example and GH-1 now', 'see <code>https&#58;//a.example</code> and <code>GH-1</code> now'],
    ['what - is . this', 'what <code>-</code> is <code>.</code> this'],
    ['1. of 2: 3 files.', '<code>1</code>. of 2: 3 files.'],
    [': #1: .', '<code>&#58; &#35;1&#58;</code>.'],
    ['commit 0a1b2c3 x', 'commit <code>0a1b2c3</code> x'],
    [':tada: no', '<code>&#58;tada</code>: no'],
  ])('keeps the words of %j', (given, expected) => {
    expect(prose(given)).toBe(expected);
  });

  it('is fenced by more than it has itself', () => {
    expect(block('a\n````\nb', 'yaml')).toBe('`````yaml\na\n````\nb\n`````');
  });

  it('does nothing, whatever it is', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(actives(code(given))).toEqual([]);
        expect(actives(prose(given))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('markdownSummary', () => {
  it.each<[string, Decision, string]>([
    ['a pass', judged([]), '## Pass: nothing was found.'],
    ['one that blocks', judged([finding()]), '## Blocked: 1 of 1 finding keeps this from being deployed.'],
    [
      'more',
      judged([finding(), finding({ id: 'CVE-2026-2', severity: 'low' }), secret]),
      '## Blocked: 2 of 3 findings keep this from being deployed.',
    ],
    [
      'a report that is not valid',
      decide({ policy: policyOf(), reports: [invalid('trivy')], now }),
      '## Invalid: the reports do not prove enough, so nothing may be deployed.',
    ],
    ['findings below the threshold', judged([finding({ severity: 'low' })]), '## Pass: none of 1 finding blocks.'],
  ])('says the verdict of %s in its first line', (_, decision, line) => {
    expect(markdownSummary(decision, options).split('\n')[0]).toBe(line);
  });

  it('names what blocks, where, the fix, and the setting', () => {
    const summary = markdownSummary(example, options);
    expect(summary).toContain(
      '| critical | <code>CVE-2026-1001</code> (<code>trivy</code>)<br>Overflow while a certificate is read | <code>shop&#58;1 (debian 12.5)</code> | <code>libtls3 3.0.11-1</code> → <code>3.0.14-1</code> | Its severity is critical. <code>categories.vulnerability.block&#58; high</code> |',
    );
    expect(summary).toContain('Upgrade <code>libtls3</code> <code>3.0.11-1</code> to <code>3.0.14-1</code> in');
    expect(summary).toContain('no version mends <code>CVE-2026-2002</code> yet');
    expect(summary).toContain('Revoke the secret');
    expect(summary).toContain(
      'Waiver: <code>ada&#64;<!-- -->example.com</code> waives it until <code>2026-12-04T00&#58;00&#58;00Z</code>: The',
    );
  });

  it('says what is wrong with reports before anything else', () => {
    const summary = markdownSummary(
      decide({ policy: policyOf(), reports: [invalid('trivy'), read('gitleaks', [secret])], now }),
      options,
    );
    expect(summary.indexOf('is cut off')).toBeGreaterThan(0);
    expect(summary.indexOf('is cut off')).toBeLessThan(summary.indexOf('What blocks'));
    expect(summary).toContain('**not valid: proves nothing**');
  });

  it('tells once of a tool that was skipped, and why', () => {
    const shown = markdownSummary(judged([], { tools: { snyk: { optional: 'No token.' } } }), options);
    expect(shown.split('\n').filter((line) => line.includes('snyk'))).toEqual([
      expect.stringMatching(/^- There is no report of snyk, .* No token\.$/),
    ]);
  });

  it('counts what it leaves out', () => {
    const many = Array.from({ length: 1_000 }, (_, at) =>
      finding({ id: `CVE-2026-${10_000 + at}`, package: `p${at}` }),
    );
    const summary = markdownSummary(judged(many), options);
    expect(summary.match(/^\| high \| <code>CVE/gm)?.length).toBe(200);
    expect(summary).toContain('**800 more rows not shown here:**');
    expect(summary).toContain('**950 more steps not shown here:**');
    expect(summary).toContain('990 more findings would have entries of the same form.');
  });

  it('stays below 1 MiB, however much each finding says', () => {
    const long = '@'.repeat(5_000);
    const many = Array.from({ length: 2_000 }, (_, at) =>
      finding({
        id: `${at}${long}`,
        title: long,
        package: `${at}${long}`,
        version: long,
        fixedIn: long,
        location: { path: `${long}/${at}` },
        ...(at % 2 === 0 ? {} : { category: 'code', suppressed: { by: long, reason: long } }),
      }),
    );
    const reports = Array.from({ length: 300 }, (_, at) => ({
      ...read('trivy', at === 0 ? many : [], { warnings: [`${at}${long}`], scanner: { name: long, version: long } }),
      name: `${long}${at}`,
    }));
    const broken = Array.from({ length: 300 }, (_, at) => ({ ...invalid('snyk', long), name: `${long}${at}` }));
    const summary = markdownSummary(decide({ policy: policyOf(), reports: [...reports, ...broken], now }), options);
    expect(Buffer.byteLength(summary)).toBeLessThan(MIB);
  });

  it('lets no text of others act, names or counts all that blocks, and holds no more than findings hold', () => {
    fc.assert(
      fc.property(hostile, (decision) => {
        const summary = markdownSummary(decision, options);
        expect(actives(summary)).toEqual([]);
        expect(Buffer.byteLength(summary)).toBeLessThan(MIB);
        expect(summary).not.toContain(leaked);
        const { findings, endOfLife } = blockingOf(decision);
        const table = /### What blocks\n\n(.*?)\n\n/s.exec(`${summary}\n\n`)?.[1]?.split('\n') ?? ['', ''];
        const more = Number(/\*\*([\d,]+) more rows? not/.exec(summary)?.[1]?.replaceAll(',', '') ?? 0);
        expect(table.length - 2 + more).toBe(findings.length + endOfLife.length);
        // Every table has as many cells in each row as in its head.
        for (const rows of summary.split('\n\n').filter((one) => one.startsWith('| ')))
          expect(new Set(rows.split('\n').map((row) => row.match(/\|/g)?.length)).size).toBe(1);
      }),
      { numRuns: 300 },
    );
  });
});

/** The waivers of a summary, with the empty fields filled in, as a person would. */
function pasted(summary: string): string[] {
  return Array.from(summary.matchAll(/^(`{3,})yaml\n(.*?)\n\1$/gms), ([, , yaml = '']) =>
    yaml
      .replace(/owner: #.*/g, 'owner: ada@example.com')
      .replace(/reason: #.*/g, 'reason: Nobody can reach it.')
      .replace(/^waivers:\n/, ''),
  );
}

function policyWith(entries: readonly string[]): ReturnType<typeof readPolicy>['policy'] {
  return readPolicy('policy.yaml', ['version: 1', 'eol: block', 'waivers:', ...entries, ''].join('\n')).policy;
}

describe('the waivers to paste', () => {
  const image = { os: { family: 'debian', name: '10', isEndOfLife: true }, subject: { name: 'shop:1' } };
  const shared = finding({ id: 'CVE-2026-7', aliases: ['SNYK-1'], location: { path: 'a' } });
  it.each<[string, { trivy: Finding[]; snyk?: Finding[]; scan?: object }]>([
    ['a vulnerability without fix', { trivy: [finding({ fixState: 'none' })] }],
    ['a vulnerability with a fix', { trivy: [finding({ fixedIn: '2' })] }],
    ['a vulnerability without package', { trivy: [make({ category: 'vulnerability' })] }],
    ['a secret', { trivy: [secret] }],
    ['code', { trivy: [make({ category: 'code' })] }],
    ['a web finding', { trivy: [make({ category: 'web', location: { path: 'https://a.example/?x=1' } })] }],
    ['a licence', { trivy: [make({ category: 'licence', package: 'gpl-thing' })] }],
    ['a misconfiguration', { trivy: [make({ category: 'misconfiguration', id: 'a b', rule: 'DS-0002' })] }],
    ['a name that no waiver can have', { trivy: [make({ category: 'code', rule: 'two words', id: 'x y' })] }],
    [
      'one of two tools',
      { trivy: [shared], snyk: [finding({ id: 'SNYK-1', package: 'lodash', location: { path: 'b' } })] },
    ],
    [
      'one at two places',
      { trivy: [shared, finding({ ...shared, location: { path: 'c' }, fingerprint: 'c'.repeat(64) })] },
    ],
    ['an operating system out of support', { trivy: [], scan: image }],
    [
      'text that is hard to write',
      { trivy: [make({ category: 'code', rule: 'a"b\\c', location: { path: 'x/\u202e"#: \u{1f980}\n' } })] },
    ],
  ])('let %s pass, once somebody has signed them, and not before', (_, { trivy, snyk, scan }) => {
    const reports = [read('trivy', trivy, scan), ...(snyk === undefined ? [] : [read('snyk', snyk)])];
    const before = decide({ policy: policyOf({ eol: 'block' }), reports, now });
    expect(before.verdict).toBe('block');
    const summary = markdownSummary(before, options);
    const entries = pasted(summary);
    expect(entries.length).toBeGreaterThan(0);
    expect(decide({ policy: policyWith(entries), reports, now }).verdict).toBe('pass');
    const unsigned = Array.from(summary.matchAll(/^(`{3,})yaml\n(.*?)\n\1$/gms), ([, , yaml]) => yaml).join('\n');
    expect(() => readPolicy('policy.yaml', `version: 1\n${unsigned}\n`)).toThrow(/owner/);
  });

  it('are YAML of their form, whatever the findings say', () => {
    fc.assert(
      fc.property(hostile, (decision) => {
        for (const entries of pasted(markdownSummary(decision, options))) {
          const waivers = load(`waivers:\n${entries}`) as { waivers: Record<string, unknown>[] };
          expect(waivers.waivers.length).toBeLessThanOrEqual(10);
          for (const waiver of waivers.waivers) {
            expect(
              Object.keys(waiver).filter(
                (key) => !/^(id|fingerprint|package|path|owner|reason|created|expires)$/.test(key),
              ),
            ).toEqual([]);
            expect(waiver['owner']).toBe('ada@example.com');
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
