import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../sandbox/host/run.ts';

/** What the API server does by itself, whoever asks: its own leases, its endpoints, its default objects. */
const OWN = new Set([
  'apiservices',
  'clusterrolebindings',
  'clusterroles',
  'endpoints',
  'endpointslices',
  'flowschemas',
  'ipaddresses',
  'leases',
  'prioritylevelconfigurations',
  'rolebindings',
  'roles',
  'servicecidrs',
]);
/** Long enough that what the API server does by itself shows up. */
const IDLE_MS = 5_000;

/** Counts requests to one API server that nobody else uses, by its own metrics. */
export interface RequestCounter {
  /** Runs the work and returns its result with the requests that were made meanwhile. */
  during<T>(work: () => Promise<T>): Promise<{ result: T; requests: number }>;
}

/** `kubectl` with its arguments up to the kubeconfig. What comes in while nobody asks is measured first, and taken off. */
export async function countRequests(kubectl: string, env: NodeJS.ProcessEnv): Promise<RequestCounter> {
  const total = async (): Promise<number> => {
    const { stdout } = await run(kubectl, ['get', '--raw', '/metrics'], { env });
    return sumOf(stdout);
  };
  const before = await total();
  await sleep(IDLE_MS);
  const perMs = Math.max(0, (await total()) - before - 1) / IDLE_MS;
  return {
    async during(work) {
      const from = await total();
      const began = performance.now();
      const result = await work();
      const idle = (performance.now() - began) * perMs;
      // The reading at the start is in the difference, too.
      const requests = Math.max(0, Math.round((await total()) - from - 1 - idle));
      return { result, requests };
    },
  };
}

/** The sum of apiserver_request_total over all that is asked from outside. */
export function sumOf(metrics: string): number {
  let sum = 0;
  for (const line of metrics.split('\n')) {
    if (!line.startsWith('apiserver_request_total{')) continue;
    const resource = /resource="([^"]*)"/.exec(line)?.[1] ?? '';
    if (!OWN.has(resource)) sum += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return sum;
}
