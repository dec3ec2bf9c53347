import { copyFileSync, readFileSync, readlinkSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { startDaemon, waitUntil, type Daemon } from '../host/daemon.ts';
import { isAlive, terminate } from '../host/process.ts';
import { undo, type Resource } from '../host/resource.ts';
import { run } from '../host/run.ts';
import type { Workspace } from '../host/workspace.ts';
import { PREFIX } from './address.ts';
import { cgroupRoots, makeCgroup, processesIn } from './cgroup.ts';
import { nodeIdentity, writeFiles, writeNodeConfig, type RegistryTrust } from './config.ts';
import { k3sKubeconfig } from './kubeconfig.ts';
import type { BridgedNetwork } from './network.ts';
import { createPki } from './pki.ts';

/** The EC2 instance of a sandbox: one Kubernetes node, its control plane included, that can be switched on and off. */
export interface Machine {
  /** Resolves when the instance runs and answers at the address; Kubernetes takes some seconds more. Throws when it is on. */
  powerOn(publicIp: string): Promise<void>;
  /** Pulls the plug: nothing is left but the disk. Off already counts as done. */
  powerOff(): Promise<void>;
  on(): boolean;
  /**
   * Runs a shell script on the instance, as its SSM agent would, and kills it after `timeoutMs` or when the signal aborts.
   * A script that a signal ended has code 137. Throws when the instance is off, or cannot run anything.
   */
  run(
    script: string,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<{ code: number; stdout: string; stderr: string }>;
  /** What `/etc/rancher/k3s/k3s.yaml` holds: it points to 127.0.0.1, as on the node. */
  readonly kubeconfig: string;
  /** What clients trust, PEM. */
  readonly serverCa: string;
  readonly nodeName: string;
  /** The same for the machine's whole life, unlike the public IP. */
  readonly privateIp: string;
  /** The disk: state and logs (`var/log`), kept over power off. */
  readonly dir: string;
}

export interface MachineOptions {
  /** Path of the Kubernetes binary. */
  kubernetes: string;
  /** Path of the pause image, an OCI archive. */
  pauseImage: string;
  /** A registry to trust over TLS. */
  registry?: RegistryTrust;
}

/** Namespaces of its own, and an end for everything in them when the leader ends. */
const UNSHARE = ['--fork', '--kill-child', '--pid', '--mount-proc', '--mount', '--net', '--ipc', '--uts', '--'];
const NAMESPACES = ['--pid', '--mount', '--net', '--ipc', '--uts'];
/** As a shell says of a program that SIGKILL ended. */
const KILLED = 128 + 9;
/** How long the kernel and boot.sh may take for one step of power on or off, on a busy machine. */
const PATIENCE_MS = 60_000;
const BOOT = join(import.meta.dirname, 'boot.sh');
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Makes the instance, switched off. Certificates are made now, once: the disk keeps them. Power on needs root. */
export async function createMachine(
  workspace: Workspace,
  { bridge }: BridgedNetwork,
  options: MachineOptions,
): Promise<Machine> {
  const node = nodeIdentity(workspace.slot);
  const pki = await createPki(node);
  const dir = join(workspace.dir, 'instance');
  const cgroup = `/hawser-${workspace.slot}`;
  const roots = cgroupRoots();

  writeNodeConfig(join(dir, 'etc'), {
    node,
    pki,
    cgroup,
    totalMemory: totalmem(),
    ...(options.registry && { registry: options.registry }),
  });
  writeFiles(join(dir, 'etc'), { 'cgroup-roots.txt': roots.map((root) => `${root}\n`).join('') });
  copyFileSync(options.pauseImage, join(dir, 'etc', 'pause.tar'));

  const link = { kind: 'link' as const, name: `${bridge}-vm` };
  const cgroups = roots.map((root): Resource & { kind: 'cgroup' } => ({ kind: 'cgroup', path: root + cgroup }));
  for (const resource of [link, ...cgroups]) workspace.record(resource);

  let leader: Daemon | undefined;

  async function powerOn(publicIp: string): Promise<void> {
    if (leader?.alive()) throw new Error('The instance is on already.');
    await powerOff();
    for (const { path } of cgroups) makeCgroup(path);
    leader = startDaemon(workspace, {
      name: 'instance',
      command: 'unshare',
      args: [...UNSHARE, BOOT, dir, options.kubernetes, node.name, node.privateIp, `${publicIp}/${PREFIX}`, cgroup],
      env: { PATH },
    });
    try {
      await plugIn(leader);
    } catch (error) {
      await powerOff();
      throw error;
    }
  }

  /** The network card: one end in the instance's network namespace, the other in the bridge. */
  async function plugIn(daemon: Daemon): Promise<void> {
    const { pid } = daemon.id;
    const ours = readlinkSync('/proc/self/ns/net');
    const apart = async () => readlinkSync(`/proc/${pid}/ns/net`) !== ours;
    await waitUntil('The instance', apart, { timeoutMs: PATIENCE_MS, daemon, everyMs: 5 });
    const inside = ['peer', 'name', 'eth0', 'netns', String(pid)];
    await run('ip', ['link', 'add', link.name, 'type', 'veth', ...inside]);
    await run('ip', ['link', 'set', link.name, 'master', bridge, 'up']);
    const carrier = async () => readFileSync(`/sys/class/net/${link.name}/carrier`, 'utf8').trim() === '1';
    await waitUntil("The instance's network", carrier, { timeoutMs: PATIENCE_MS, daemon, everyMs: 10 });
  }

  async function powerOff(): Promise<void> {
    const processes = cgroups.flatMap(({ path }) => processesIn(path));
    if (leader !== undefined) await terminate(leader.id, 0);
    leader = undefined;
    const problems: (string | undefined)[] = [];
    for (const resource of [...cgroups, link]) problems.push(await undo(resource));
    // A process leaves its cgroup a moment before it is gone; process 1 goes last, after all others of its namespace.
    const gone = async () => !processes.some(isAlive);
    await waitUntil('The power off', gone, { timeoutMs: PATIENCE_MS, everyMs: 5 });
    const left = problems.filter((problem) => problem !== undefined);
    if (left.length > 0) throw new Error(`Power off left something behind: ${left.join('; ')}`);
  }

  const runScript: Machine['run'] = async (script, timeoutMs, signal) => {
    if (!leader?.alive()) throw new Error('The instance is off.');
    const enter = ['--target', processOne(leader.id.pid), ...NAMESPACES, '--', 'sh', '-c', script];
    const env = { PATH, HOME: '/root' };
    const ended = await run('nsenter', enter, { env, cwd: '/', timeoutMs, signal, wholeGroup: true, check: false });
    return { ...ended, code: ended.code ?? KILLED };
  };

  return {
    powerOn,
    powerOff,
    on: () => leader?.alive() ?? false,
    run: runScript,
    kubeconfig: k3sKubeconfig(pki),
    serverCa: pki.serverCa,
    nodeName: node.name,
    privateIp: node.privateIp,
    dir,
  };
}

/** The leader stands outside of its new PID namespace; its one child is process 1 of it. */
function processOne(leader: number): string {
  const [child] = readFileSync(`/proc/${leader}/task/${leader}/children`, 'utf8').split(' ');
  if (!child) throw new Error('The instance has not booted yet.');
  return child;
}
