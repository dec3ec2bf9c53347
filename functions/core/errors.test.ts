import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asReleaseError, catalogue, fail, type ErrorCode, type Owner } from './errors.ts';
import { failureOf } from './failure.ts';
import { failCalls } from './testing/fail-calls.ts';

const root = join(import.meta.dirname, '..', '..');
const codes = Object.keys(catalogue) as ErrorCode[];

describe('docs/errors.md and the catalogue say the same', () => {
  const sections = readFileSync(join(root, 'docs/errors.md'), 'utf8')
    .split(/^(?=# |## )/m)
    .map((text) => ({ heading: /^(#+) (.+)$/m.exec(text)?.slice(1) ?? [], text }));
  const documented = sections.filter(({ heading }) => heading[0] === '##');

  test('every code has one heading, and every heading is a code', () => {
    expect(documented.map(({ heading }) => heading[1]).toSorted()).toEqual(codes.toSorted());
  });

  test.each(codes)('%s: owner, whether it can be retried, and what to do', (code) => {
    const text = documented.find(({ heading }) => heading[1] === code)?.text ?? '';
    const { owner, retryable } = catalogue[code];
    expect(text.split('\n')[1]).toBe(`Owner: ${owner} · Retryable: ${retryable ? 'yes' : 'no'}`);
    const words = text.split('\n').slice(2).join(' ').trim().split(/\s+/);
    expect(words.length).toBeGreaterThan(25);
  });

  test('the codes of one owner stand together', () => {
    const owners = documented.map(({ heading }) => catalogue[heading[1] as ErrorCode].owner);
    const groups = owners.filter((owner, index) => owner !== owners[index - 1]);
    expect(groups).toEqual(['caller', 'config', 'change', 'platform', 'internal'] satisfies Owner[]);
  });

  test('a failure points at its section, as GitHub makes anchors of headings', () => {
    expect(failureOf(fail('ContainerCrashing', 'It crashes.')).docs).toBe('docs/errors.md#containercrashing');
  });
});

describe('hints', () => {
  const files = ['functions', 'cli', 'scanners'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !/(^|\/)(testing|contract)\//.test(path))
      .map((path) => join(folder, path)),
  );
  const calls = files.flatMap((file) =>
    failCalls(readFileSync(join(root, file), 'utf8')).map((call) => ({ ...call, at: `${file}:${call.line}` })),
  );

  test('the calls are found', () => {
    expect(calls.length).toBeGreaterThan(60);
    expect(calls.map(({ at }) => at.split(':')[0])).toEqual(
      expect.arrayContaining(['functions/core/phases/wake.ts', 'functions/adapters/github.ts']),
    );
  });

  test('every call gives what the hint of its code names', () => {
    const lacking = calls.flatMap(({ at, code, details }) => {
      if (code === undefined || !(code in catalogue)) return [];
      const wanted = placeholders(code as ErrorCode).filter((name) => details?.has(name) !== true);
      return wanted.length === 0 ? [] : [`${at} ${code}: ${wanted.join(', ')}`];
    });
    expect(lacking).toEqual([]);
  });

  test('a code is written out wherever it is not computed from a table', () => {
    const computed = calls.filter(({ code }) => code === undefined).map(({ at }) => at.split(':')[0]);
    expect(new Set(computed)).toEqual(
      new Set([
        'functions/adapters/aws-errors.ts',
        'functions/adapters/kubernetes/status.ts',
        'functions/adapters/secrets.ts',
        'functions/core/gate/accept.ts',
        'functions/core/phases/refusal.ts',
        'functions/core/rollout/diagnosis.ts',
      ]),
    );
  });

  test.each<[ErrorCode, RegExp, RegExp]>([
    // Whoever registers a name that was given up would be let in by it.
    ['GateRepositoryMismatch', /rename and a transfer.*Only if you have deleted/, /repositoryId.* to 4711/],
    ['GateTriggerMismatch', /takes push and workflow_dispatch, and nothing else/, /\badd\b/],
    // The root comes with a package that is pinned exactly.
    ['GateTimestampInvalid', /docs\/verdict\.md/, /npm update/],
    // The code is that of a verdict from the future, too.
    ['GateStale', /npx hawser rollback --environment NAME --to RELEASE/, /maxAge/],
  ])('%s advises what helps, and nothing that opens the gate or cannot be done', (code, good, bad) => {
    const { hint } = fail(code, 'No.', { found: '4711', repository: 'acme/shop', events: 'push', revision: 'abc' });
    expect(hint).toMatch(good);
    expect(hint).not.toMatch(bad);
  });

  test('what is not given stays visible, and no brace is shown', () => {
    expect(fail('SecretMissing', 'No secret.').hint).toBe(
      'Create it: aws secretsmanager create-secret --name … --secret-string file://secret',
    );
    for (const code of codes) expect(fail(code, 'x').hint).not.toMatch(/[{}]/);
  });
});

describe('the scan for calls', () => {
  test.each<[string, string, string[] | undefined]>([
    ['a literal', "throw fail('A', `b ${c ? '}' : ','}.`, { d, e: f(1, 2), 'g': [h, i] });", ['d', 'e', 'g']],
    ['no details', "fail('A', 'b, c')", []],
    [
      'a constant, the nearest above',
      "const d = { z };\nconst d = { e, f: 1 };\nfail('A', 'b', d, error)\nconst d = {};",
      ['e', 'f'],
    ],
    ['something else', "fail('A', 'b', from.elsewhere)", undefined],
    ['a spread counts for nothing', "fail('A', 'b', { ...more, c })", ['c']],
    ['several lines', "fail(\n  'A',\n  'b',\n  {\n    c,\n  },\n  error,\n)", ['c']],
  ])('%s', (_, source, expected) => {
    const [call] = failCalls(source);
    expect(call?.code).toBe('A');
    expect(call?.details && [...call.details]).toEqual(expected);
  });

  test('leaves comments and the definition alone', () => {
    expect(failCalls("// fail('A', 'b')\n/* fail('A') */\nexport function fail(code) {}\nx.fail('A')")).toEqual([]);
  });
});

describe('asReleaseError', () => {
  test('keeps what is sorted, and makes the rest Unexpected with its cause', () => {
    const sorted = fail('LockLost', 'Lost.', { environment: 'production' });
    expect(asReleaseError(sorted)).toBe(sorted);
    const cause = new TypeError('x is undefined');
    expect(asReleaseError(cause)).toMatchObject({
      code: 'Unexpected',
      cause,
      message: expect.stringContaining('TypeError: x is undefined') as string,
    });
    expect(asReleaseError('text')).toMatchObject({
      code: 'Unexpected',
      message: expect.stringContaining('text') as string,
    });
  });
});

function placeholders(code: ErrorCode): string[] {
  return Array.from(catalogue[code].hint.matchAll(/\{(\w+)\}/g), ([, name]) => name ?? '');
}
