import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { inProcess } from '../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hawser-gate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fixture = (name: string): string =>
  join(import.meta.dirname, '..', '..', 'scanners', 'gitleaks', 'fixtures', `${name}.json`);
const gate = ['gate', '--tool', 'gitleaks'];

describe('hawser gate', () => {
  it('passes clean reports: 0', async () => {
    expect(await inProcess(...gate, fixture('clean'), fixture('clean'))).toMatchObject({
      status: 0,
      value: {
        tool: 'gitleaks',
        findings: [],
        counts: { critical: 0, high: 0, medium: 0, low: 0, info: 0, unknown: 0 },
        verdict: 'pass',
        reasons: [],
      },
    });
  });

  it('blocks on a secret: 3, and says where on stdout', async () => {
    expect(await inProcess(...gate, fixture('two-leaks'))).toMatchObject({
      status: 3,
      value: { verdict: 'block', counts: { unknown: 2 } },
    });
    const { isError, text } = await inProcess(...gate, fixture('two-leaks'));
    expect({ isError, text }).toEqual({
      isError: false,
      text: expect.stringContaining('aws-access-token in config.js:1'),
    });
  });

  test.each([
    ['one that is missing', join(folder, 'no.json'), /no\.json cannot be read: there is no such file/],
    ['a folder', folder, /it is a folder/],
    ['an empty one', '/dev/null', /is empty/],
    ['one of an older gitleaks', fixture('gitleaks-7'), /gitleaks 7/],
  ])('calls reports invalid with %s among them: 2', async (_, report, reason) => {
    const { status, value } = await inProcess(...gate, fixture('clean'), report);
    expect({ status, value }).toMatchObject({
      status: 2,
      value: { verdict: 'invalid', reasons: [expect.stringMatching(reason)] },
    });
  });

  it('shows no secret of a report that was not redacted, whole or cut off', async () => {
    const secret = `hunter2${folder.slice(-6)}`;
    const leak = {
      RuleID: 'generic-api-key',
      File: 'a.js',
      StartLine: 1,
      StartColumn: 1,
      Commit: '',
      Fingerprint: 'a.js:1',
    };
    const text = JSON.stringify([{ ...leak, Match: `key=${secret}`, Secret: secret, Message: secret }]);
    const [whole, cut] = [join(folder, 'whole.json'), join(folder, 'cut.json')];
    writeFileSync(whole, text);
    writeFileSync(cut, text.slice(0, -3));
    for (const [report, status] of [
      [whole, 3],
      [cut, 2],
    ] as const) {
      const ran = await inProcess(...gate, report);
      expect(ran.status).toBe(status);
      expect(JSON.stringify(ran)).not.toContain(secret);
    }
  });

  it('names the tools that it can read when it is asked for another', async () => {
    expect(await inProcess('gate', '--tool', 'trivy', fixture('clean'))).toMatchObject({
      status: 2,
      text: expect.stringMatching(/"trivy"; supported now: gitleaks/),
    });
  });

  it('needs a report', async () => {
    expect(await inProcess(...gate)).toMatchObject({ status: 2, text: expect.stringContaining('REPORT… is missing') });
  });
});
