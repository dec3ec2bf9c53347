import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dump } from 'js-yaml';
import { rawConfig, testConfig } from '../core/testing/config.ts';
import { readConfig } from './read-config.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hawser-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string): string {
  const path = join(folder, 'deploy.yaml');
  writeFileSync(path, text);
  return path;
}

test('reads the file as the config that it is, and the one in the repository', () => {
  expect(readConfig(write(dump(rawConfig())))).toEqual(testConfig());
  expect(readConfig('k8s/deploy.yaml').app.name).toBe('shop');
});

test.each<[string, string, RegExp]>([
  ['a syntax error', 'version: 1\n  app: [', /is not valid YAML: .+\.$/],
  ['an unknown key and a wrong type', 'version: one\nnope: 1\n', /version: .*nope: unknown key/],
  ['an empty file', '', /the input is empty/],
])('%s is ConfigInvalid', (_, text, expected) => {
  const read = (): unknown => readConfig(write(text));
  expect(read).toThrow(
    expect.objectContaining({ code: 'ConfigInvalid', message: expect.stringMatching(expected) as string }),
  );
});

test('a file that is not there is ConfigInvalid, with the place', () => {
  const path = join(folder, 'none.yaml');
  expect(() => readConfig(path)).toThrow(
    expect.objectContaining({ code: 'ConfigInvalid', message: expect.stringContaining(path) as string }),
  );
});
