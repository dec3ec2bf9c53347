import { accept, json } from './answer.ts';
import { unreachable } from './faults.ts';
import { objectPath } from './resources.ts';
import type { Asked } from './status.ts';
import type { Transport } from './transport.ts';

const LONGEST_LOG_BYTES = 1024 * 1024;

/** One look, without trying again: who waits for a node to come up asks until its own deadline. */
export async function askReady(transport: Transport, signal: AbortSignal): Promise<{ version: string }> {
  const { endpoint } = transport;
  const health = await transport.call({ method: 'GET', path: '/readyz', once: true }, signal);
  if (health.status >= 500) {
    // One line per check, such as `[+]ping ok` and `[-]poststarthook/rbac/bootstrap-roles failed: reason withheld`.
    const failed = [...health.text.matchAll(/^\[-\](\S+)/gm)].map(([, check]) => check).join(', ');
    throw unreachable(endpoint, `is not ready yet${failed === '' ? '' : `; it waits for ${failed}`}`, 'not ready');
  }
  accept(health, { verb: 'get', resource: '/readyz' }, endpoint);
  const asked: Asked = { verb: 'get', resource: '/version' };
  const version = await transport.call({ method: 'GET', path: '/version', once: true }, signal);
  accept(version, asked, endpoint);
  return { version: String((json(version, asked, endpoint) as { gitVersion?: unknown }).gitVersion) };
}

/** The last lines that a container wrote; none when it has not written yet or is not there. */
export async function readLogs(
  transport: Transport,
  { namespace, name }: { namespace: string; name: string },
  { container, previous, lines }: { container: string; previous: boolean; lines: number },
  signal: AbortSignal,
): Promise<string[]> {
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace, name };
  const answer = await transport.call(
    {
      method: 'GET',
      path: `${objectPath(pod, { plural: 'pods', namespaced: true })}/log`,
      query: {
        container,
        previous: String(previous),
        tailLines: String(lines),
        limitBytes: String(LONGEST_LOG_BYTES),
      },
    },
    signal,
  );
  // 404: no such pod. 400: the container has not started yet, or it has no previous run.
  if (answer.status === 404 || answer.status === 400) return [];
  accept(answer, { verb: 'get', resource: 'pods/log', namespace }, transport.endpoint);
  return answer.text === '' ? [] : answer.text.replace(/\n$/, '').split('\n');
}
