import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from 'vitest';
import { rawConfig } from '../../functions/core/testing/config.ts';
import { inProcess } from '../testing/in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'hawser-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('hawser config check', () => {
  it('accepts a good one', async () => {
    expect(await inProcess('config', 'check', file('deploy.yaml', rawConfig()))).toMatchObject({
      status: 0,
      value: { ok: true, app: 'shop', environments: ['production'] },
    });
  });

  it('tells every problem on a line of its own, with its path', async () => {
    const path = file('bad.yaml', { ...rawConfig(), version: 2, colour: 'blue', webhook: {} });
    const { status, isError, text } = await inProcess('config', 'check', path);
    expect({ status, isError }).toEqual({ status: 2, isError: true });
    expect(text.split('\n').slice(1, 4).toSorted()).toEqual([
      '  colour: unknown key',
      expect.stringMatching(/^ {2}version: /),
      expect.stringMatching(/^ {2}webhook\.secret: /),
    ]);
  });

  test.each([
    ['a syntax error by its line', 'version: 1\napp: [', /cannot.yaml:\d/],
    ['a file of two documents', 'version: 1\n---\nversion: 1\n', /2 documents/],
  ])('names %s', async (_, yaml, message) => {
    const { status, text } = await inProcess('config', 'check', file('cannot.yaml', yaml));
    expect({ status, text }).toEqual({ status: 2, text: expect.stringMatching(message) });
  });

  const key = `-----BEGIN PUBLIC KEY-----\n${Buffer.from('no key').toString('base64')}\n-----END PUBLIC KEY-----\n`;
  test.each<[string, object, RegExp]>([
    [
      'a trusted root that is not beside it',
      { trustedRoot: 'root.jsonl' },
      /gate\.trustedRoot: k8s\/root\.jsonl cannot be read/,
    ],
    ['a key that is none', { signedBy: 'key', keys: [key] }, /gate\.keys\.0: /],
    ['keys without signedBy', { keys: [key] }, /gate\.keys: expected none, since signedBy is github/],
    ['signedBy without keys', { signedBy: 'key' }, /gate\.keys: expected a public key/],
  ])('names %s', async (_, gate, message) => {
    const { status, text } = await inProcess('config', 'check', file('gate.yaml', { ...rawConfig(), gate }));
    expect({ status, text }).toEqual({ status: 2, text: expect.stringMatching(message) });
  });

  it('says so when there is no file', async () => {
    expect(await inProcess('config', 'check', join(folder, 'no.yaml'))).toMatchObject({
      status: 2,
      text: expect.stringContaining('there is no such file'),
    });
  });
});
