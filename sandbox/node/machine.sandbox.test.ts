import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitUntil } from '../host/daemon.ts';
import { isAlive } from '../host/process.ts';
import { run } from '../host/run.ts';
import { openWorkspace, sweep, type Workspace } from '../host/workspace.ts';
import { kubernetesBinary } from '../setup/kubernetes.mjs';
import { createProgress } from '../setup/progress.mjs';
import { askHello, cluster, createHello, helloPods, isNodeReady } from './fixtures/cluster.ts';
import { hostState, processesOf, remains } from './fixtures/remains.ts';
import { createMachine, type Machine } from './machine.ts';
import { k3sKubeconfig } from './kubeconfig.ts';
import { openNetwork, type BridgedNetwork } from './network.ts';
import { pauseImage } from './pause.ts';
import { createPki } from './pki.ts';

const patience = { timeoutMs: 90_000, everyMs: 100 };

let kubernetes: string;
let pause: string;
let before: string;

beforeAll(async () => {
  [kubernetes, pause] = await Promise.all([kubernetesBinary(createProgress()), pauseImage()]);
  before = await hostState();
});

interface Sandbox {
  workspace: Workspace;
  network: BridgedNetwork;
  machine: Machine;
}

async function openSandbox(): Promise<Sandbox> {
  const workspace = await openWorkspace();
  const network = await openNetwork(workspace);
  const machine = await createMachine(workspace, network, { kubernetes, pauseImage: pause });
  return { workspace, network, machine };
}

function apiReady(kubeconfig: string, address: string): Promise<void> {
  const ready = async () => (await cluster(kubeconfig, address).get<string>('/version')) !== undefined;
  return waitUntil('The API server', ready, patience);
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
}

describe('one instance', () => {
  let sandbox: Sandbox;
  let firstIp: string;
  let pod: string;

  beforeAll(async () => {
    sandbox = await openSandbox();
    firstIp = sandbox.network.nextPublicIp();
  });
  afterAll(() => sandbox.workspace.close());

  test('powers on, and Kubernetes answers at the public IP to who asks for the name kubernetes', async () => {
    const { machine } = sandbox;
    expect(machine.on()).toBe(false);
    await machine.powerOn(firstIp);
    expect(machine.on()).toBe(true);
    await apiReady(machine.kubeconfig, firstIp);
    const { gitVersion } = await cluster(machine.kubeconfig, firstIp).get<{ gitVersion: string }>('/version');
    expect(gitVersion).toMatch(/^v1\.34\./);
  });

  test('a client that asks for the address gets the true error: the certificate does not name it', async () => {
    const call = cluster(sandbox.machine.kubeconfig, firstIp).call('GET', '/version');
    await expect(call).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      message: expect.stringMatching(/not in the cert's list: .*10\.43\.0\.1.*10\.0\.0\.\d+/) as string,
    });
  });

  test('a stranger is not let in', async () => {
    const stranger = await createPki({ name: 'other', privateIp: '10.0.0.10', serviceIp: '10.43.0.1' });
    const credentials = { ...stranger, serverCa: sandbox.machine.serverCa };
    const { status } = await cluster(k3sKubeconfig(credentials), firstIp).call('GET', '/version', {
      servername: 'kubernetes',
    });
    expect(status).toBe(401);
  });

  test('the node becomes Ready, knows its private IP only, and offers the memory of a small instance', async () => {
    const { machine } = sandbox;
    const api = cluster(machine.kubeconfig, firstIp);
    await waitUntil('The node', () => isNodeReady(api, machine.nodeName), patience);
    const { status } = await api.get<{
      status: { addresses: { type: string; address: string }[]; allocatable: { memory: string } };
    }>(`/api/v1/nodes/${machine.nodeName}`);
    expect(status.addresses).toEqual([
      { type: 'InternalIP', address: machine.privateIp },
      { type: 'Hostname', address: machine.nodeName },
    ]);
    expect(status.allocatable.memory).toBe('1Gi');
  });

  test('a pod becomes Ready with no registry there, and its NodePort answers at the public IP', async () => {
    const api = cluster(sandbox.machine.kubeconfig, firstIp);
    await createHello(api);
    await waitUntil('The app', async () => (await askHello(firstIp)) === 'hello', patience);
    const pods = await helloPods(api);
    expect(pods).toHaveLength(1);
    pod = pods[0]?.metadata.name ?? '';
  });

  describe('a script on the instance', () => {
    const never = new AbortController().signal;
    const runScript = (script: string, timeoutMs = 20_000, signal = never) =>
      sandbox.machine.run(script, timeoutMs, signal);

    test('sees the host name, addresses, processes and logs of the instance', async () => {
      const { machine } = sandbox;
      const script = 'hostname; ip -4 -o addr show eth0; cat /proc/1/comm; ls /var/log; echo to stderr >&2';
      const { code, stdout, stderr } = await runScript(script);
      expect([code, stderr]).toEqual([0, 'to stderr\n']);
      const lines = stdout.split('\n');
      expect(lines[0]).toBe(machine.nodeName);
      expect(stdout).toContain(`inet ${firstIp}/`);
      expect(lines).toEqual(expect.arrayContaining(['boot.sh', 'kube-apiserver.log', 'kubelet.log']));
    });

    test('gives its exit code', async () => {
      expect(await runScript('exit 3')).toMatchObject({ code: 3 });
    });

    test.each([
      // Time enough that it has begun by then, on a busy machine, too.
      ['its time', 5_000, () => never],
      ['a cancel', 60_000, () => AbortSignal.timeout(5_000)],
    ])('%s ends it with all that it has started', async (_, timeoutMs, signal) => {
      const { code, stdout } = await runScript('sleep 4321 & echo $!; wait', timeoutMs, signal());
      expect(code).toBe(137);
      expect(await runScript(`kill -0 ${stdout.trim()}`)).toMatchObject({ code: 1 });
    });
  });

  test('a second power on is refused', async () => {
    await expect(sandbox.machine.powerOn(firstIp)).rejects.toThrow('on already');
    expect(sandbox.machine.on()).toBe(true);
  });

  test('power off leaves nothing but the disk, and no packet for the old address leaves this machine', async () => {
    const { machine, network, workspace } = sandbox;
    const processes = processesOf(workspace.slot);
    expect(processes.length).toBeGreaterThan(8);
    await machine.powerOff();
    expect(machine.on()).toBe(false);
    await expect(machine.run('true', 1_000, new AbortController().signal)).rejects.toThrow('is off');
    expect(await remains(workspace.slot, workspace.dir, processes)).toEqual([]);
    expect(await hostState()).toBe(before);
    expect(existsSync(join(machine.dir, 'var/lib/etcd'))).toBe(true);

    const route = await run('ip', ['route', 'get', firstIp]);
    expect(route.stdout).toContain(`dev ${network.bridge}`);
    expect(await codeOf(cluster(machine.kubeconfig, firstIp).get('/version'))).toBe('EHOSTUNREACH');
  });

  test('power on at another IP: the same node, the same pod, answering there; the old IP stays silent', async () => {
    const { machine, network } = sandbox;
    const secondIp = network.nextPublicIp();
    expect(secondIp).not.toBe(firstIp);
    await machine.powerOn(secondIp);
    await apiReady(machine.kubeconfig, secondIp);
    const api = cluster(machine.kubeconfig, secondIp);
    await waitUntil('The app', async () => (await askHello(secondIp)) === 'hello', patience);
    // The node has restarted the pod, and tells so in its next status.
    const restarts = async () => (await helloPods(api))[0]?.status.containerStatuses?.[0]?.restartCount;
    await waitUntil('The status', async () => (await restarts()) === 1, patience);
    expect((await helloPods(api)).map(({ metadata }) => metadata.name)).toEqual([pod]);
    const { items } = await api.get<{ items: { metadata: { name: string } }[] }>('/api/v1/nodes');
    expect(items.map(({ metadata }) => metadata.name)).toEqual([machine.nodeName]);
    expect(await codeOf(cluster(machine.kubeconfig, firstIp).get('/version'))).toBe('EHOSTUNREACH');
  });
});

test('two instances run side by side, each with its own cluster', async () => {
  const sandboxes = [await openSandbox(), await openSandbox()];
  try {
    const uids = await Promise.all(
      sandboxes.map(async ({ machine, network }) => {
        const address = network.nextPublicIp();
        await machine.powerOn(address);
        await apiReady(machine.kubeconfig, address);
        const api = cluster(machine.kubeconfig, address);
        await waitUntil('The node', () => isNodeReady(api, machine.nodeName), patience);
        return (await api.get<{ metadata: { uid: string } }>('/api/v1/namespaces/kube-system')).metadata.uid;
      }),
    );
    expect(new Set(uids).size).toBe(2);
    await sandboxes[0]?.machine.powerOff();
    expect(sandboxes[1]?.machine.on()).toBe(true);
  } finally {
    for (const { workspace } of sandboxes) expect(await workspace.close()).toEqual([]);
  }
});

test('after kill -9 of the sandbox, the next start leaves nothing of it', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/crash.ts'), kubernetes, pause], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const crashed = JSON.parse(line) as Record<'dir' | 'publicIp' | 'kubeconfig' | 'nodeName', string> & { slot: number };
  await apiReady(crashed.kubeconfig, crashed.publicIp);
  const api = cluster(crashed.kubeconfig, crashed.publicIp);
  await waitUntil('The node', () => isNodeReady(api, crashed.nodeName), patience);

  child.kill('SIGKILL');
  await once(child, 'exit');
  const processes = processesOf(crashed.slot);
  expect(processes.length).toBeGreaterThan(8);

  expect(await sweep()).toEqual([]);
  // The sweeper empties the cgroups; the kernel takes a moment more to forget process 1 of the namespace.
  await waitUntil('The end', async () => !processes.some(isAlive), { timeoutMs: 30_000, everyMs: 20 });
  expect(await remains(crashed.slot, crashed.dir, processes)).toEqual([]);
  expect((await run('ip', ['-oneline', 'link', 'show'])).stdout).not.toContain(`hawser${crashed.slot}:`);
  expect(existsSync(crashed.dir)).toBe(false);
  expect(await hostState()).toBe(before);
});
