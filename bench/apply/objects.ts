import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiServer } from '../../functions/adapters/contract/apiserver.ts';
import { run } from '../../sandbox/host/run.ts';
import { kubernetesBinary } from '../../sandbox/setup/kubernetes.mjs';
import type { Progress } from '../../sandbox/setup/progress.mjs';
import { percentile, table, type Section } from '../results.ts';
import { bundleHawser } from './bundle.ts';
import { contenders, type Contender } from './contender.ts';
import type { Measured } from './measure.ts';
import { countRequests, type RequestCounter } from './requests.ts';
import { configMaps, writeSet } from './sets.ts';
import { peers } from './tools.ts';

const COUNTS = [1, 10, 100, 500];
const ROUNDS = 3;

type Row = { tool: string; count: number; first: Sample; again: Sample };
interface Sample {
  ms: number;
  peakMb: number;
  requests: number;
}

/**
 * Applying N ConfigMaps to an API server that nobody else uses: the first time, and again with nothing changed. Each round has
 * a namespace of its own for each tool, and the tools take turns.
 */
export async function benchObjects(progress: Progress): Promise<Section> {
  const { helm, kapp } = await peers(progress);
  const server = await startApiServer();
  const home = mkdtempSync(join(tmpdir(), 'hawser-bench-'));
  try {
    const kubectl = join(home, 'kubectl');
    symlinkSync(await kubernetesBinary(progress), kubectl);
    const kubeconfig = join(home, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigOf(server), { mode: 0o600 });
    const reach = { kubeconfig, address: '127.0.0.1', kubectl, helm, kapp, hawser: await bundleHawser(home), home };
    const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig };
    const counter = await countRequests(kubectl, env);
    const rows: Row[] = [];
    for (const count of COUNTS) {
      const samples = new Map<string, { first: Sample[]; again: Sample[] }>();
      for (let round = 0; round < ROUNDS; round++) {
        for (const [index, contender] of contenders(reach).entries()) {
          const namespace = `bench-${count}-${round}-${index}`;
          await run(kubectl, ['create', 'namespace', namespace], { env });
          const folder = join(home, namespace);
          mkdirSync(folder);
          const files = writeSet(folder, configMaps(count, namespace));
          const kept = samples.get(contender.name) ?? { first: [], again: [] };
          kept.first.push(await once(counter, contender, files, namespace));
          kept.again.push(await once(counter, contender, files, namespace));
          samples.set(contender.name, kept);
        }
      }
      for (const [tool, { first, again }] of samples)
        rows.push({ tool, count, first: median(first), again: median(again) });
    }
    return { title: 'Applying N objects, beside other tools', lines: linesOf(rows) };
  } finally {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

async function once(
  counter: RequestCounter,
  contender: Contender,
  files: Parameters<Contender['deploy']>[0],
  namespace: string,
): Promise<Sample> {
  const { result, requests } = await counter.during<Measured>(() => contender.deploy(files, namespace));
  return { ms: result.ms, peakMb: result.peakMb, requests };
}

function median(samples: readonly Sample[]): Sample {
  const of = (key: keyof Sample): number =>
    percentile(
      samples.map((sample) => sample[key]),
      0.5,
    );
  return { ms: of('ms'), peakMb: of('peakMb'), requests: of('requests') };
}

function linesOf(rows: readonly Row[]): string[] {
  const hawser = (count: number): Row | undefined => rows.find((row) => row.count === count && row.tool === 'Hawser');
  const ratio = (ms: number, base: number | undefined): string =>
    base === undefined ? '' : ` (×${(ms / base).toFixed(1)})`;
  return table(
    ['N', 'tool', 'first apply', 'requests', 'again, unchanged', 'requests', 'peak memory'],
    rows.map(({ tool, count, first, again }) => [
      count,
      tool,
      `${Math.round(first.ms)} ms${ratio(first.ms, hawser(count)?.first.ms)}`,
      first.requests,
      `${Math.round(again.ms)} ms${ratio(again.ms, hawser(count)?.again.ms)}`,
      again.requests,
      `${Math.round(Math.max(first.peakMb, again.peakMb))} MB`,
    ]),
  );
}

function kubeconfigOf({ port, admin }: Awaited<ReturnType<typeof startApiServer>>): string {
  const token = admin.credential.kind === 'token' ? admin.credential.token : '';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'default',
    clusters: [
      {
        name: 'default',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'tls-server-name': admin.tlsServerName,
          'certificate-authority-data': Buffer.from(admin.ca).toString('base64'),
        },
      },
    ],
    users: [{ name: 'default', user: { token } }],
    contexts: [{ name: 'default', context: { cluster: 'default', user: 'default' } }],
  });
}
