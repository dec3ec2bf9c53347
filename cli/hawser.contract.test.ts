import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { loadCommands } from './commands.ts';
import { deployment, event, pod, replicaSet, terminated, waitingPod } from '../functions/core/testing/objects.ts';

// A busy machine starts processes slowly.
vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), 'hawser-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the real command in its own process, as a shell does. */
function hawser(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(import.meta.dirname, 'hawser.mjs'), ...args], { encoding: 'utf8' });
}

function json(...args: string[]): { status: number | null; value: unknown } {
  const { status, stdout } = hawser(...args, '--json');
  return { status, value: JSON.parse(stdout) };
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const list = (...items: unknown[]): unknown => ({ apiVersion: 'v1', kind: 'List', items });
const image = `ghcr.io/acme/shop@sha256:${'ab'.repeat(32)}`;
const k8s = join(import.meta.dirname, '..', 'k8s');

describe('arguments', () => {
  it('shows every command, and the options of one', async () => {
    const { status, stdout } = hawser('--help');
    const names = stdout.match(/^ {2}\w[\w -]*?(?= {2})/gm)?.map((name) => name.trim());
    expect({ status, names }).toEqual({ status: 0, names: (await loadCommands([])).map(({ name }) => name) });
    expect(hawser('render', '--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('--environment NAME'),
    });
  });

  it('refuses what it does not know by name: on stderr, or as one JSON value', () => {
    const args = ['diff', '--desird', 'a', '--live', 'b'];
    const message = 'unknown option --desird; --desired is missing';
    expect(hawser(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(message) });
    expect(json(...args)).toMatchObject({ status: 2, value: { ok: false, code: 'InputInvalid' } });
  });

  it('says how to get its packages when they are missing', () => {
    const alone = join(folder, 'hawser.mjs');
    copyFileSync(join(import.meta.dirname, 'hawser.mjs'), alone);
    const { status, stderr } = spawnSync(process.execPath, [alone, '--help'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('npm ci') });
  });

  it('names a file that is not there', () => {
    const message = '/nowhere/a.yaml cannot be read: there is no such file';
    expect(hawser('diagnose', '/nowhere/a.yaml')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(message),
    });
  });
});

describe('hawser render', () => {
  const args = ['render', '--folder', k8s, '--environment', 'production', '--image', image];

  it('prints the objects in the order of applying, with the image pinned', () => {
    const { status, value } = json(...args);
    expect(status).toBe(0);
    const kinds = (value as { kind: string }[]).map(({ kind }) => kind);
    expect([kinds[0], kinds.at(-1)]).toEqual(['Namespace', 'Deployment']);
    expect(JSON.stringify(value)).toContain(image);
  });

  it('prints YAML that reads back as the same objects', () => {
    const { status, stdout } = hawser(...args);
    expect(status).toBe(0);
    const same = json(
      'diff',
      '--desired',
      file('rendered.yaml', stdout),
      '--live',
      file('rendered.json', list(...(json(...args).value as unknown[]))),
    );
    expect(same).toEqual({ status: 0, value: { drifted: false, changes: [] } });
  });

  it('refuses the image of another app', () => {
    const { status, value } = json(
      'render',
      '--folder',
      k8s,
      '--environment',
      'production',
      '--image',
      'ghcr.io/a/b@sha256:0',
    );
    expect({ status, value }).toMatchObject({
      status: 2,
      value: { code: 'InputInvalid', summary: expect.stringContaining('--image names ghcr.io/a/b') },
    });
  });
});

describe('hawser diff', () => {
  const secret = (value: string): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: { a: value },
  });

  it('shows each field that differs, and no secret', () => {
    const args = ['diff', '--desired', file('d.yaml', secret('bmV3')), '--live', file('l.yaml', secret('b2xk'))];
    expect(json(...args)).toEqual({
      status: 0,
      value: { drifted: true, changes: [{ path: 'data.a', live: '***', desired: '***' }] },
    });
    expect(hawser(...args).stdout).not.toMatch(/bmV3|b2xk/);
  });

  it('compares all fields with a prediction, and names the object when there are several', () => {
    const desired = file('d.json', list(deployment({}, { replicas: 1 }), replicaSet(1)));
    const live = file('l.json', list(deployment({}, { replicas: 1, paused: true }), replicaSet(1)));
    expect(json('diff', '--desired', desired, '--live', live)).toMatchObject({ value: { drifted: false } });
    expect(json('diff', '--desired', desired, '--live', live, '--predicted', desired)).toMatchObject({
      value: { changes: [{ object: 'Deployment shop/shop', path: 'spec.paused', live: true, desired: null }] },
    });
  });
});

describe('hawser diagnose', () => {
  const crashing = waitingPod('CrashLoopBackOff', '', { restartCount: 3, lastState: terminated(1) });

  it('names code, sentence, hint and subject', () => {
    const path = file(
      'crash.json',
      list(deployment(), replicaSet(1), replicaSet(2), crashing, event('BackOff', 'Back-off')),
    );
    const logs = file('app.log', 'starting\nError: no database\n');
    expect(json('diagnose', path, '--logs', logs)).toEqual({
      status: 0,
      value: {
        code: 'ContainerCrashing',
        summary:
          'Pod shop/shop-2-x7k2p: container app exits 1 (CrashLoopBackOff, 3 restarts); its last log line: Error: no database.',
        hint: expect.any(String),
        subject: 'Pod shop/shop-2-x7k2p',
      },
    });
  });

  it('works on a pod alone, and on pods without their ReplicaSet', () => {
    const code = { value: { code: 'ContainerCrashing' } };
    expect(json('diagnose', file('pod.json', crashing))).toMatchObject(code);
    expect(json('diagnose', file('pods.json', list(deployment(), crashing)))).toMatchObject(code);
  });

  it('says so when nothing is wrong', () => {
    const good = deployment({ availableReplicas: 1, unavailableReplicas: 0 });
    const healthy = pod({
      status: { containerStatuses: [{ name: 'app', ready: true, restartCount: 0, state: { running: {} } }] },
    });
    expect(json('diagnose', file('good.json', list(good, replicaSet(2), healthy)))).toMatchObject({
      status: 0,
      value: { code: null },
    });
  });

  it('refuses what are no objects', () => {
    expect(json('diagnose', file('no.yaml', 'a: 1'))).toMatchObject({ status: 2, value: { code: 'InputInvalid' } });
  });
});

describe('hawser kubeconfig check', () => {
  it('refuses by name what it would have to run, and shows no credential', () => {
    const path = file(
      'kubeconfig',
      'apiVersion: v1\nkind: Config\nusers: [{ name: a, user: { exec: { command: hunter2 } } }]\n',
    );
    const { status, value } = json('kubeconfig', 'check', path);
    expect({ status, value }).toMatchObject({
      status: 2,
      value: { ok: false, code: 'KubeconfigInvalid', notAfter: null },
    });
    expect(JSON.stringify(value)).toContain('exec');
    expect(JSON.stringify(value)).not.toContain('hunter2');
  });
});
