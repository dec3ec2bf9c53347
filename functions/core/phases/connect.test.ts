import { beforeEach, expect, test } from 'vitest';
import { memoryClock, type MemoryClock } from '../../adapters/memory/clock.ts';
import { memoryCluster } from '../../adapters/memory/cluster.ts';
import { memorySecrets } from '../../adapters/memory/secrets.ts';
import { fail, type ErrorCode } from '../errors.ts';
import type { Cluster, Machines, NodeState } from '../ports.ts';
import { testKubeconfig } from '../testing/kubeconfig.ts';
import { connect } from './connect.ts';

const instance = 'i-0123456789abcdef0';
const awake = { instance, address: '203.0.113.1', launchTime: '2026-01-01T00:00:00.000Z', started: true };
const forever = new AbortController().signal;

let clock: MemoryClock;
let closed: number;
let asked: number;
let said: string[];
let node: () => NodeState;

beforeEach(() => {
  clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });
  [closed, asked, said] = [0, 0, []];
  node = () => ({ instance, power: 'running', address: awake.address });
});

/** Connects to an API server that answers with these errors first, then is ready. */
function run(
  errors: (Error | undefined)[],
  { started = true, signal = forever, text = testKubeconfig() } = {},
): Promise<Cluster> {
  const cluster: Cluster = {
    ...memoryCluster(),
    ready: async () => {
      const error = errors[Math.min(asked++, errors.length - 1)];
      if (error !== undefined) throw error;
      return { version: 'v1.34.4+k3s1' };
    },
    close: async () => void closed++,
  };
  const machines: Pick<Machines, 'describe'> = { describe: async () => node() };
  const ports = {
    secrets: memorySecrets({ 'shop/kubeconfig': text }),
    machines: machines as Machines,
    clock,
    connectCluster: () => cluster,
  };
  return connect(ports, 'shop/kubeconfig', { ...awake, started }, (line) => void said.push(line), signal);
}

const refusedConnection = fail('ApiServerUnreachable', 'Nobody answers at 203.0.113.1:6443.', {
  address: awake.address,
});
const rejected = fail('KubeconfigRejected', 'The token is not known.', { secret: 'shop/kubeconfig' });
const seconds = (): number => (clock.now().getTime() - Date.UTC(2026, 0, 1)) / 1_000;

test('says the version, and that TLS was verified', async () => {
  await run([undefined]);
  expect(said).toEqual(['Kubernetes v1.34.4+k3s1 at 203.0.113.1, TLS verified']);
  expect(closed).toBe(0);
});

test('an API server that is still booting is waited for', async () => {
  await run([refusedConnection, refusedConnection, refusedConnection, undefined]);
  expect(said[0]).toBe('waiting for the Kubernetes API at 203.0.113.1: Nobody answers at 203.0.113.1:6443.');
});

test('for three minutes; then the connection is closed and the error is the answer', async () => {
  await expect(run([refusedConnection])).rejects.toBe(refusedConnection);
  expect(seconds()).toBe(180);
  expect(closed).toBe(1);
});

test.each<ErrorCode>(['CertificateNameMismatch', 'CertificateUntrusted'])(
  'a wrong certificate is never waited for: %s',
  async (code) => {
    await expect(run([fail(code, 'Wrong.', { secret: 's', address: 'a' })])).rejects.toMatchObject({ code });
    expect([seconds(), asked, closed]).toEqual([0, 1, 1]);
  },
);

test('a credential that is refused right after our own start gets a minute: the rules are not loaded yet', async () => {
  await run([rejected, rejected, undefined]);
  [asked, closed] = [0, 0];
  const from = seconds();
  await expect(run([rejected])).rejects.toBe(rejected);
  expect([seconds() - from, closed]).toEqual([60, 1]);
});

test('a credential that is refused by a node that ran already is wrong', async () => {
  await expect(run([rejected], { started: false })).rejects.toBe(rejected);
  expect([seconds(), asked]).toEqual([0, 1]);
});

test.each<[string, Partial<NodeState>]>([
  ['stopped', { power: 'stopped' }],
  ['at 203.0.113.2', { power: 'running', address: '203.0.113.2' }],
])('a node that went away meanwhile, and is %s, is not waited for', async (where, now) => {
  node = () => ({ instance, power: 'running', ...now });
  await expect(run([refusedConnection])).rejects.toMatchObject({
    code: 'ApiServerUnreachable',
    message: `Instance ${instance} went away from 203.0.113.1 meanwhile: it is ${where}.`,
  });
  expect(seconds()).toBeLessThan(15);
});

test('an EC2 that does not answer says nothing about the node; one that knows no such instance does', async () => {
  node = () => {
    throw fail('ThrottledByAws', 'Slow down.', { action: 'ec2:DescribeInstances' });
  };
  await run([...Array.from({ length: 25 }, () => refusedConnection), undefined]);
  asked = 0;
  node = () => {
    throw fail('NodeGone', 'There is no such instance.', { instance });
  };
  await expect(run([refusedConnection])).rejects.toMatchObject({ code: 'NodeGone' });
});

test('ends with the signal, with its reason, and closes the connection', async () => {
  const time = new AbortController();
  const reason = new Error('the time is up');
  setImmediate(() => time.abort(reason));
  await expect(run([refusedConnection], { signal: time.signal })).rejects.toBe(reason);
  expect(closed).toBe(1);
});

test('a kubeconfig that is not vetted never gets a connection', async () => {
  await expect(run([undefined], { text: 'apiVersion: v1\nkind: Config\n' })).rejects.toMatchObject({
    code: 'KubeconfigInvalid',
  });
  expect(asked).toBe(0);
});
