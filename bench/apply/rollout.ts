import { mkdirSync, rmSync, writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectCluster } from '../../functions/adapters/cluster.ts';
import { withAddress } from '../../functions/core/kubeconfig/kubeconfig-address.ts';
import { parseKubeconfig } from '../../functions/core/kubeconfig/kubeconfig.ts';
import type { Cluster } from '../../functions/core/ports.ts';
import { waitUntil } from '../../sandbox/host/daemon.ts';
import { run } from '../../sandbox/host/run.ts';
import { openWorkspace } from '../../sandbox/host/workspace.ts';
import { createMachine } from '../../sandbox/node/machine.ts';
import { openNetwork } from '../../sandbox/node/network.ts';
import { PAUSE_IMAGE, pauseImage } from '../../sandbox/node/pause.ts';
import { kubernetesBinary } from '../../sandbox/setup/kubernetes.mjs';
import type { Progress } from '../../sandbox/setup/progress.mjs';
import { mean, median, table, times, type Section } from '../results.ts';
import { bundleHawser } from './bundle.ts';
import { contenders, type Contender } from './contender.ts';
import { followRollout } from './milestones.ts';
import { app, writeSet, type Files } from './sets.ts';
import { peers } from './tools.ts';

/**
 * The kubelet looks at its containers once a second, so luck of up to a second is in each rollout. Each round begins at another moment
 * of that second, the same one for all tools: the luck is spread evenly, and the means can be compared.
 */
const ROUNDS = 30;
const SECOND_MS = 1_000;
const ROLLOUT = { name: 'shop', timeoutMs: 60_000 };

/** One rollout, in milliseconds. */
export interface Timed {
  /** From the start of the process to the new revision written. */
  ahead: number;
  /** From there to the rollout complete: the cluster's own time. */
  cluster: number;
  /** From there to the end of the process. */
  behind: number;
  peakMb: number;
}

/**
 * A new revision of one app (five objects, the image is on the node) from the start of the process to the rollout verified, on one
 * real node. The tools take turns.
 */
export async function benchRollout(progress: Progress): Promise<Section> {
  const { kubectl, helm, kapp } = await peers(progress);
  const workspace = await openWorkspace();
  const home = mkdtempSync(join(tmpdir(), 'hawser-bench-'));
  try {
    const kubernetes = await kubernetesBinary(progress);
    const network = await openNetwork(workspace);
    const machine = await createMachine(workspace, network, { kubernetes, pauseImage: await pauseImage() });
    const address = network.nextPublicIp();
    await machine.powerOn(address);
    const kubeconfig = join(home, 'kubeconfig');
    writeFileSync(kubeconfig, withAddress(machine.kubeconfig, 'the node', address), { mode: 0o600 });
    const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig };
    const kube = (...args: string[]) => run(kubectl, args, { env, check: false });
    const isReady = async (): Promise<boolean> =>
      (await kube('wait', '--for=condition=Ready', 'node', '--all', '--timeout=1s')).code === 0;
    await waitUntil('The node', isReady, { timeoutMs: 90_000, everyMs: 200 });

    const reach = { kubeconfig, address, kubectl, helm, kapp, hawser: await bundleHawser(home), home };
    const tools = contenders(reach, `deployment/${ROLLOUT.name}`);
    const samples = new Map<string, Timed[]>(tools.map(({ name }) => [name, []]));
    const cluster = connectCluster(parseKubeconfig(machine.kubeconfig, 'the node'), address);
    try {
      // Not one after the other: the kubelet's second is a little longer than one, so it moves along with the rounds.
      const moments = shuffled(Array.from({ length: ROUNDS }, (_, index) => (index * SECOND_MS) / ROUNDS));
      // Round 0 makes the objects and warms what can be warm; it does not count.
      for (let round = 0; round <= ROUNDS; round++) {
        for (const [index, tool] of shuffled([...tools.entries()])) {
          const namespace = `shop-${index}`;
          if (round === 0) await kube('create', 'namespace', namespace);
          const folder = join(home, `${namespace}-${round}`);
          mkdirSync(folder);
          const files = writeSet(folder, app(namespace, PAUSE_IMAGE, String(round)));
          await untilMoment(moments[round - 1] ?? 0);
          const timed = await time(cluster, tool, files, namespace);
          if (round > 0) samples.get(tool.name)?.push(timed);
        }
      }
    } finally {
      await cluster.close();
    }
    return {
      title: 'A new revision of one app, from process start to rollout verified',
      lines: [...linesOfRollouts(samples), '', `${ROUNDS} revisions each, in another order each time.`],
    };
  } finally {
    await workspace.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Until so many milliseconds of a second have passed. */
async function untilMoment(moment: number): Promise<void> {
  await sleep((SECOND_MS + moment - (Date.now() % SECOND_MS)) % SECOND_MS);
}

async function time(cluster: Cluster, tool: Contender, files: Files, namespace: string): Promise<Timed> {
  const signal = AbortSignal.timeout(ROLLOUT.timeoutMs);
  const followed = await followRollout(cluster, { namespace, name: ROLLOUT.name }, signal);
  const began = performance.now();
  const { ms, peakMb } = await tool.deploy(files, namespace);
  const { written, complete } = await followed.milestones;
  return { ahead: written - began, cluster: complete - written, behind: began + ms - complete, peakMb };
}

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** One line for each tool, each total with its ratio to the first tool's. */
export function linesOfRollouts(samples: ReadonlyMap<string, readonly Timed[]>): string[] {
  const total = ({ ahead, cluster, behind }: Timed): number => ahead + cluster + behind;
  const own = ({ ahead, behind }: Timed): number => ahead + behind;
  const [base = []] = samples.values();
  const medianOf = (timed: readonly Timed[], of: (one: Timed) => number): number => median(timed.map(of));
  const ms = (value: number): string => `${Math.round(value)} ms`;
  return table(
    ['tool', 'min', 'mean', 'max', 'until written', 'after complete', 'the tool’s own time', 'peak memory'],
    [...samples].map(([tool, timed]) => [
      tool,
      ms(Math.min(...timed.map(total))),
      `${ms(mean(timed.map(total)))} (${times(mean(timed.map(total)), mean(base.map(total)), 2)})`,
      ms(Math.max(...timed.map(total))),
      ms(medianOf(timed, ({ ahead }) => ahead)),
      ms(medianOf(timed, ({ behind }) => behind)),
      `${ms(medianOf(timed, own))} (${times(medianOf(timed, own), medianOf(base, own))})`,
      `${Math.round(medianOf(timed, ({ peakMb }) => peakMb))} MB`,
    ]),
  );
}
