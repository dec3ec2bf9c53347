import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startDaemon, waitUntil, type Daemon } from '../host/daemon.ts';
import { terminate } from '../host/process.ts';
import { run } from '../host/run.ts';
import type { Workspace } from '../host/workspace.ts';
import { publicIps } from './address.ts';
import {
  ALLOCATABLE_MEMORY,
  POD_CIDR,
  SERVICE_CIDR,
  componentKubeconfigs,
  nodeIdentity,
  pkiFiles,
  writeFiles,
} from './config.ts';
import { k3sKubeconfig } from './kubeconfig.ts';
import type { Machine } from './machine.ts';
import type { Network } from './network.ts';
import { createPki, type NodeIdentity } from './pki.ts';

export interface KwokOptions {
  /** Path of the Kubernetes binary. */
  kubernetes: string;
  /** Path of the kwok binary. */
  kwok: string;
}

const COMPONENTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'];

const STAGES = join(import.meta.dirname, 'kwok.yaml');

/** Loopback addresses as public IPs, 127.64.slot.0/27: Linux answers at all of them without root. */
export function openLoopbackNetwork(workspace: Workspace): Network {
  const addresses = publicIps({ net: `127.64.${workspace.slot}`, base: 0 });
  return { gateway: '127.0.0.1', nextPublicIp: () => addresses.next().value, close: () => Promise.resolve() };
}

/**
 * The instance where there is no root: the control plane is real, kwok plays the kubelet. Pods become Ready without
 * running: nothing answers at a NodePort, images are never pulled, and a broken program does not fail.
 */
export async function createKwokMachine(workspace: Workspace, options: KwokOptions): Promise<Machine> {
  const node = nodeIdentity(workspace.slot);
  const pki = await createPki(node);
  const dir = join(workspace.dir, 'instance');
  const [bin, etc] = [join(dir, 'bin'), join(dir, 'etc')];
  mkdirSync(bin, { recursive: true });
  for (const name of COMPONENTS) symlinkSync(options.kubernetes, join(bin, name));
  writeFiles(etc, pkiFiles(pki));

  /** What runs now, first started first; a new list at each power on, so that a late start of the last one is noticed. */
  let running: Daemon[] = [];
  let starting: Promise<void> = Promise.resolve();

  const start = (name: string, args: string[], command = join(bin, name)): Daemon => {
    const daemon = startDaemon(workspace, { name, command, args, cwd: dir, env: { HOME: dir } });
    running.push(daemon);
    return daemon;
  };

  async function powerOn(publicIp: string): Promise<void> {
    if (running.some((daemon) => daemon.alive())) throw new Error('The instance is on already.');
    running = [];
    for (const port of [2379, 2380, 6443]) await claimable(publicIp, port);
    writeFiles(etc, componentKubeconfigs(pki, `https://${publicIp}:6443`));
    start('etcd', etcdFlags(dir, publicIp));
    const apiServer = start('kube-apiserver', apiServerFlags(etc, publicIp, node.privateIp));
    // A failure shows to everybody who waits for the node; the logs say why.
    starting = complete(apiServer, running).catch(() => undefined);
  }

  /** What needs an API server: the node object, the controllers, kwok. */
  async function complete(apiServer: Daemon, own: Daemon[]): Promise<void> {
    const kubectl = (args: string[], input = '') =>
      run(join(bin, 'kubectl'), ['--kubeconfig', join(etc, 'admin.kubeconfig'), ...args], {
        input,
        env: { HOME: dir },
      });
    const ready = async () => own !== running || (await kubectl(['get', '--raw', '/readyz'])).stdout === 'ok';
    await waitUntil('The API server', ready, { timeoutMs: 120_000, daemon: apiServer, everyMs: 200 });
    if (own !== running) return;
    const manifest = JSON.stringify(nodeObject(node.name, node.privateIp));
    await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], manifest);
    if (own !== running) return;
    start('kube-controller-manager', controllerManagerFlags(etc));
    start('kube-scheduler', schedulerFlags(etc));
    let kwok = start('kwok', kwokFlags(etc, node), options.kwok);
    // kwok 0.8 may die of a race while it starts; a kubelet would be started again, too.
    const keep = setInterval(() => {
      if (own !== running) return clearInterval(keep);
      if (!kwok.alive()) kwok = start('kwok', kwokFlags(etc, node), options.kwok);
    }, 500).unref();
  }

  async function powerOff(): Promise<void> {
    const stopped = running;
    running = [];
    await Promise.all(stopped.map((daemon) => terminate(daemon.id, 0)));
    await starting;
  }

  return {
    powerOn,
    powerOff,
    on: () => running.some((daemon) => daemon.alive()),
    run: () => Promise.reject(new Error('kwok only plays the instance: there is no computer that could run a script.')),
    kubeconfig: k3sKubeconfig(pki),
    serverCa: pki.serverCa,
    nodeName: node.name,
    privateIp: node.privateIp,
    dir,
  };
}

/** Throws when another program listens there, be it on all addresses. */
function claimable(address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause) =>
      reject(new Error(`The instance needs ${address}:${port}, and it is taken.`, { cause })),
    );
    server.listen(port, address, () => server.close(() => resolve()));
  });
}

/** Command line flags, `--name=value`. */
function flags(values: Record<string, string | number | boolean>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

function etcdFlags(dir: string, address: string): string[] {
  const client = `http://${address}:2379`;
  return flags({
    'data-dir': join(dir, 'etcd'),
    'unsafe-no-fsync': true,
    'log-level': 'warn',
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': `http://${address}:2380`,
  });
}

function apiServerFlags(etc: string, address: string, privateIp: string): string[] {
  return flags({
    'etcd-servers': `http://${address}:2379`,
    'bind-address': address,
    'secure-port': 6443,
    'advertise-address': privateIp,
    'tls-cert-file': join(etc, 'apiserver.crt'),
    'tls-private-key-file': join(etc, 'apiserver.key'),
    'client-ca-file': join(etc, 'client-ca.crt'),
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'service-account-key-file': join(etc, 'service-account.pub'),
    'service-account-signing-key-file': join(etc, 'service-account.key'),
    'service-cluster-ip-range': SERVICE_CIDR,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'anonymous-auth': false,
    'allow-privileged': true,
  });
}

function controllerManagerFlags(etc: string): string[] {
  return flags({
    kubeconfig: join(etc, 'controller-manager.kubeconfig'),
    'leader-elect': false,
    'secure-port': 0,
    'root-ca-file': join(etc, 'server-ca.crt'),
    'service-account-private-key-file': join(etc, 'service-account.key'),
    'use-service-account-credentials': true,
    'kube-api-qps': 200,
    'kube-api-burst': 400,
  });
}

function schedulerFlags(etc: string): string[] {
  return flags({ kubeconfig: join(etc, 'scheduler.kubeconfig'), 'leader-elect': false, 'secure-port': 0 });
}

function kwokFlags(etc: string, node: NodeIdentity): string[] {
  return flags({
    config: STAGES,
    kubeconfig: join(etc, 'admin.kubeconfig'),
    cidr: POD_CIDR,
    'manage-single-node': node.name,
    'node-name': node.name,
    'node-ip': node.privateIp,
  });
}

/** The kubelet's part of joining a cluster; kwok keeps an existing node alive, but makes none. */
function nodeObject(name: string, privateIp: string): object {
  const resources = { cpu: '2', memory: String(ALLOCATABLE_MEMORY), pods: '110', 'ephemeral-storage': '8Gi' };
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': architecture,
        'node.kubernetes.io/instance-type': 'k3s',
      },
    },
    status: {
      addresses: [
        { type: 'InternalIP', address: privateIp },
        { type: 'Hostname', address: name },
      ],
      allocatable: resources,
      capacity: resources,
      nodeInfo: { architecture, operatingSystem: 'linux' },
    },
  };
}
