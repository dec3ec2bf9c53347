import { run } from '../../sandbox/host/run.ts';

/** What the API server asks of itself, whoever else asks: its leases, its endpoints, its default objects. */
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

/** Runs the work and returns its result with the requests that were made meanwhile. Reading the metrics is not counted by the API server. */
export async function countRequests<T>(
  kubectl: string,
  env: NodeJS.ProcessEnv,
  work: () => Promise<T>,
): Promise<{ result: T; requests: number }> {
  const total = async (): Promise<number> => {
    const { stdout } = await run(kubectl, ['get', '--raw', '/metrics'], { env });
    return sumOf(stdout);
  };
  const before = await total();
  const result = await work();
  return { result, requests: (await total()) - before };
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
