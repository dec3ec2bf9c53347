import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { COMMANDS, kubernetesBinary, kwokBinary } from './kubernetes.mjs';
import { createProgress } from './progress.mjs';

const progress = createProgress({ out: { write: () => true } });
let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "it's "));
  vi.stubEnv('HAWSER_CACHE', join(dir, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

function script(path: string, body: string): string {
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

test('HAWSER_KUBERNETES_BIN may be the multi-call binary', async () => {
  const binary = script(join(dir, 'anything'), '');
  vi.stubEnv('HAWSER_KUBERNETES_BIN', binary);
  expect(await kubernetesBinary(progress)).toBe(binary);
});

test('HAWSER_KUBERNETES_BIN may be a folder of separate commands: what it gives acts by its name', async () => {
  const folder = join(dir, 'bin');
  mkdirSync(folder);
  for (const name of COMMANDS) script(join(folder, name), `echo "${name} got $*"`);
  vi.stubEnv('HAWSER_KUBERNETES_BIN', folder);
  const binary = await kubernetesBinary(progress);
  for (const name of ['kubectl', 'etcd']) {
    symlinkSync(binary, join(dir, name));
    expect(execFileSync(join(dir, name), ['a', 'b c'], { encoding: 'utf8' })).toBe(`${name} got a b c\n`);
  }
});

test('HAWSER_KUBERNETES_BIN names what is missing', async () => {
  const folder = join(dir, 'bin');
  mkdirSync(folder);
  for (const name of COMMANDS.slice(2)) script(join(folder, name), '');
  vi.stubEnv('HAWSER_KUBERNETES_BIN', folder);
  await expect(kubernetesBinary(progress)).rejects.toThrow('which lacks etcd, kube-apiserver.');
  vi.stubEnv('HAWSER_KUBERNETES_BIN', join(dir, 'nowhere'));
  await expect(kubernetesBinary(progress)).rejects.toThrow('which does not exist');
});

test.each([
  [
    'Kubernetes',
    kubernetesBinary,
    /needs Go 1\.24\.0 or newer; .*go is go1\.20\.3\.[^]*1\. install Go[^]*2\. set HAWSER_KUBERNETES_BIN[^]*3\. .*--kubeconfig FILE/,
  ],
  ['kwok', kwokBinary, /needs Go 1\.26\.0 or newer; .*go is go1\.20\.3/],
] as const)(
  '%s: a Go that is too old, and may not fetch a newer one, is told what to do',
  async (_, build, expected) => {
    script(join(dir, 'go'), 'echo local; echo go1.20.3');
    vi.stubEnv('HAWSER_KUBERNETES_BIN', '');
    vi.stubEnv('PATH', `${dir}:/usr/bin:/bin`);
    await expect(build(progress)).rejects.toThrow(expected);
  },
);
