import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../finding.ts';
import { sarif } from './parse.ts';
import { logOf, placed } from './testing/log.ts';
import { read } from './testing/reading.ts';

const findings = async (log: unknown): Promise<Finding[]> => {
  const parsed = await read(sarif, log);
  if (!parsed.valid) throw new Error(parsed.reason);
  return parsed.findings;
};
const fingerprints = async (...log: Parameters<typeof logOf>): Promise<string[]> =>
  (await findings(logOf(...log))).map(({ fingerprint }) => fingerprint);
const base = { ruleId: 'a', message: { text: 'one' }, ...placed('src/a.js', 4) };

describe('fingerprints', () => {
  test.each([
    ['rule', { ruleId: 'b' }],
    ['file', placed('src/b.js', 4)],
    ['line', placed('src/a.js', 5)],
    ['message', { message: { text: 'two' } }],
    ['base of the file', placed('src/a.js', 4, { uriBaseId: 'LIB' })],
    ['commit', { properties: { commit: 'c'.repeat(40) } }],
  ])('differ by %s', async (_, change) => {
    expect(new Set(await fingerprints([base, { ...base, ...change }])).size).toBe(2);
  });

  it('differ by tool', async () => {
    const [one] = await fingerprints([base]);
    expect(await fingerprints([base], { driver: { name: 'Other' } })).not.toEqual([one]);
  });

  test.each(['fingerprints', 'partialFingerprints'])('are steadier with %s of the tool', async (key) => {
    const marked = { ...base, [key]: { 'line/v1': 'aa', 'file/v1': 'bb' } };
    const [one] = await fingerprints([marked]);
    expect(await fingerprints([{ ...marked, ...placed('src/a.js', 90), message: { text: 'moved' } }])).toEqual([one]);
    expect(await fingerprints([{ ...marked, [key]: { 'file/v1': 'bb', 'line/v1': 'aa' } }])).toEqual([one]);
    expect(await fingerprints([{ ...marked, [key]: { 'line/v1': 'ab', 'file/v1': 'bb' } }])).not.toEqual([one]);
    expect(await fingerprints([{ ...marked, ...placed('src/b.js', 4) }])).not.toEqual([one]);
  });

  it('prefer the whole ones to the partial ones', async () => {
    const marked = { ...base, fingerprints: { v1: 'aa' }, partialFingerprints: { v1: 'bb' } };
    expect(await fingerprints([{ ...marked, partialFingerprints: { v1: 'cc' } }])).toEqual(
      await fingerprints([marked]),
    );
  });

  it('do not trust a tool that writes the same for all', async () => {
    const marked = { ...base, fingerprints: { 'matchBasedId/v1': 'requires login' } };
    const both = await fingerprints([marked, { ...marked, ...placed('src/a.js', 5) }]);
    expect(new Set(both).size).toBe(2);
    const turned = await fingerprints([{ ...marked, ...placed('src/a.js', 5) }, marked]);
    expect(new Set(turned)).toEqual(new Set(both));
  });

  it('of a leak know nothing of its message', async () => {
    const leak = { ruleId: 'shop-key', ...placed('deploy/values.env', 3) };
    const [one, two] = [
      await fingerprints([{ ...leak, message: { text: 'found sk-1234' } }], { driver: { name: 'gitleaks' } }),
      await fingerprints([{ ...leak, message: { text: 'found sk-9999' } }], { driver: { name: 'gitleaks' } }),
    ];
    expect(one).toEqual(two);
    // Nor of what a tool makes of it.
    const printed = { ...leak, partialFingerprints: { 'secretHash/v1': 'sk-1234' } };
    expect(await fingerprints([printed], { driver: { name: 'gitleaks' } })).toEqual(one);
  });

  it('number the leaks of one place, and know nothing of what tells them apart', async () => {
    const driver = { name: 'ggshield' };
    const leak = (print: string | undefined, text = 'found'): Parameters<typeof logOf>[0][number] => ({
      ruleId: 'api-key',
      message: { text },
      ...(print === undefined ? {} : { partialFingerprints: { 'secret/v1': print } }),
      ...placed('a.ts', 3),
    });
    const [one] = await fingerprints([leak('aaa')], { driver });
    for (const others of [
      [leak('aaa'), leak('bbb'), leak('bbb')],
      [leak('bbb'), leak('aaa')],
      [leak('ccc'), leak('ddd')],
      [leak(undefined, 'one'), leak(undefined, 'two')],
    ]) {
      const both = await fingerprints(others, { driver });
      expect(new Set(both).size).toBe(2);
      expect(both).toHaveLength(2);
      expect(both).toContain(one);
      expect((await fingerprints(others.toReversed(), { driver })).toSorted()).toEqual(both.toSorted());
    }
    expect((await fingerprints([leak('aaa'), leak('bbb')], { driver })).toSorted()).toEqual(
      (await fingerprints([leak('ccc'), leak('ddd')], { driver })).toSorted(),
    );
  });

  it('differ for a file of the same name under another base, in one result too', async () => {
    const under = (uriBaseId: string): object[] => placed('a.ts', 1, { uriBaseId })['locations'] as object[];
    const found = await findings(logOf([{ ...base, locations: [...under('A'), ...under('B'), ...under('A')] }]));
    expect(found.map(({ location }) => location.path)).toEqual(['a.ts', 'a.ts']);
    expect(new Set(found.map(({ fingerprint }) => fingerprint)).size).toBe(2);
    const artifacts = ['A', 'B'].map((uriBaseId) => ({ location: { uri: 'a.ts', uriBaseId } }));
    const locations = [0, 1].map((index) => ({ physicalLocation: { artifactLocation: { index } } }));
    expect(new Set(await fingerprints([{ ...base, locations }], { run: { artifacts } })).size).toBe(2);
  });

  it('tell two leaks of one commit apart', async () => {
    const partialFingerprints = {
      commitSha: 'd'.repeat(40),
      author: 'Ann',
      email: 'ann@shop.example',
      date: 'today',
      commitMessage: 'x',
    };
    const leaks = [3, 4].map((line) => ({ ruleId: 'shop-key', ...placed('values.env', line), partialFingerprints }));
    expect(new Set(await fingerprints(leaks, { driver: { name: 'gitleaks' } })).size).toBe(2);
  });
});

describe('the same finding twice', () => {
  const suppressions = [{ kind: 'external' }];

  it('is not hidden by the one that is suppressed, in whatever order', async () => {
    for (const results of [
      [{ ...base, suppressions }, base],
      [base, { ...base, suppressions }],
    ]) {
      const found = await findings(logOf(results));
      expect(found).toHaveLength(1);
      expect(found[0]?.suppressed).toBeUndefined();
    }
  });

  it('is not hidden by a comment when it is suppressed outside of the code as well', async () => {
    const inSource = { ...base, suppressions: [{ kind: 'inSource' }] };
    for (const [outside, inside] of [
      ['note', 'error'],
      ['error', 'note'],
    ]) {
      const both = [
        { ...base, level: outside, suppressions },
        { ...inSource, level: inside },
      ];
      for (const results of [both, both.toReversed()])
        expect((await findings(logOf(results))).map((one) => [one.severity, one.suppressed])).toEqual([
          ['high', { by: 'a suppression outside the code' }],
        ]);
    }
  });

  it('is as bad as the worse, in another run too', async () => {
    const run = (level: string): unknown => (logOf([{ ...base, level }])['runs'] as unknown[])[0];
    for (const levels of [
      ['note', 'error'],
      ['error', 'note'],
    ]) {
      const found = await findings({ version: '2.1.0', runs: levels.map(run) });
      expect(found.map(({ severity }) => severity)).toEqual(['high']);
    }
  });
});
