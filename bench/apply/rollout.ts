import { mkdirSync, rmSync, symlinkSync, writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withAddress } from '../../functions/core/kubeconfig/kubeconfig-address.ts';
import { waitUntil } from '../../sandbox/host/daemon.ts';
import { run } from '../../sandbox/host/run.ts';
import { openWorkspace } from '../../sandbox/host/workspace.ts';
import { createMachine } from '../../sandbox/node/machine.ts';
import { openNetwork } from '../../sandbox/node/network.ts';
import { PAUSE_IMAGE, pauseImage } from '../../sandbox/node/pause.ts';
import { kubernetesBinary } from '../../sandbox/setup/kubernetes.mjs';
import type { Progress } from '../../sandbox/setup/progress.mjs';
import { percentile, table, type Section } from '../results.ts';
import { bundleHawser } from './bundle.ts';
import { contenders } from './contender.ts';
import type { Measured } from './measure.ts';
import { app, writeSet } from './sets.ts';
import { peers } from './tools.ts';

/** The kubelet looks at its containers once a second: many runs, each at another moment of that second and in another order. */
const ROUNDS = 12;
const MOMENT_MS = 1_000;

/**
 * A new revision of one app (five objects, the image is on the node) from the start of the process to the rollout verified, on one
 * real node. The tools take turns.
 */
export async function benchRollout(progress: Progress): Promise<Section> {
  const { helm, kapp } = await peers(progress);
  const workspace = await openWorkspace();
  const home = mkdtempSync(join(tmpdir(), 'hawser-bench-'));
  try {
    const kubernetes = await kubernetesBinary(progress);
    const network = await openNetwork(workspace);
    const machine = await createMachine(workspace, network, { kubernetes, pauseImage: await pauseImage() });
    const address = network.nextPublicIp();
    await machine.powerOn(address);
    const kubectl = join(home, 'kubectl');
    symlinkSync(kubernetes, kubectl);
    const kubeconfig = join(home, 'kubeconfig');
    writeFileSync(kubeconfig, withAddress(machine.kubeconfig, 'the node', address), { mode: 0o600 });
    const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig };
    const kube = (...args: string[]) => run(kubectl, args, { env, check: false });
    await waitUntil(
      'The node',
      async () => (await kube('wait', '--for=condition=Ready', 'node', '--all', '--timeout=1s')).code === 0,
      {
        timeoutMs: 90_000,
        everyMs: 200,
      },
    );
    const reach = { kubeconfig, address, kubectl, helm, kapp, hawser: await bundleHawser(home), home };
    const tools = contenders(reach, 'deployment/shop');
    const samples = new Map<string, Measured[]>(tools.map(({ name }) => [name, []]));
    // Round 0 makes the objects and warms what can be warm; it does not count.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [index, tool] of shuffled([...tools.entries()])) {
        const namespace = `shop-${index}`;
        if (round === 0) await kube('create', 'namespace', namespace);
        const folder = join(home, `${namespace}-${round}`);
        mkdirSync(folder);
        const files = writeSet(folder, app(namespace, PAUSE_IMAGE, String(round)));
        await sleep(Math.random() * MOMENT_MS);
        const measured = await tool.deploy(files, namespace);
        if (round > 0) samples.get(tool.name)?.push(measured);
      }
    }
    return { title: 'A new revision of one app, from process start to rollout verified', lines: linesOf(samples) };
  } finally {
    await workspace.close();
    rmSync(home, { recursive: true, force: true });
  }
}

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function linesOf(samples: ReadonlyMap<string, Measured[]>): string[] {
  const of = (measured: readonly Measured[], part: number): number =>
    percentile(
      measured.map(({ ms }) => ms),
      part,
    );
  const base = of(samples.get('Hawser') ?? [], 0.5);
  return [
    ...table(
      ['tool', 'min', 'median', 'max', 'median to Hawser’s', 'peak memory'],
      [...samples].map(([tool, measured]) => [
        tool,
        `${Math.round(of(measured, 0))} ms`,
        `${Math.round(of(measured, 0.5))} ms`,
        `${Math.round(of(measured, 1))} ms`,
        `×${(of(measured, 0.5) / base).toFixed(2)}`,
        `${Math.round(Math.max(...measured.map(({ peakMb }) => peakMb)))} MB`,
      ]),
    ),
    '',
    `${ROUNDS} revisions each, in another order each time.`,
  ];
}
