import { MANAGER } from '../fields/manager.ts';
import { at, listAt, textAt } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';

/** The annotation that says: the strategy is Hawser's to choose, at each rollout anew. Chosen ones carry it. */
export const SURGE = 'hawser.dev/surge';

/** Which pod goes first in a rollout: the new one comes before the old one goes, the other way round, or all old ones go before any new one. */
export type Turn = 'new first' | 'old first' | 'all old first';

/** Whether the strategy is left to Hawser: the manifest has none, or the annotation says so. */
export function isOpen({ apiVersion, kind, metadata, ...rest }: Manifest): boolean {
  if (kind !== 'Deployment' || !apiVersion.startsWith('apps/')) return false;
  return metadata.annotations?.[SURGE] === 'auto' || at(rest, 'spec', 'strategy') === undefined;
}

/** The Deployment with that strategy, and the mark that Hawser chose it. */
export function withStrategy(deployment: Manifest, strategy: unknown): Manifest {
  const annotations = { ...deployment.metadata.annotations, [SURGE]: 'auto' };
  const spec = { ...(at(deployment, 'spec') as object), strategy };
  return { ...deployment, metadata: { ...deployment.metadata, annotations }, spec };
}

export function strategyOf(turn: Turn): object {
  if (turn === 'all old first') return { type: 'Recreate' };
  const [maxSurge, maxUnavailable] = turn === 'new first' ? [1, 0] : [0, 1];
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
}

/** What kubectl shows of it, for sentences. */
export function describeTurn(turn: Turn): string {
  if (turn === 'all old first') return 'the old pods go before new ones start (strategy Recreate)';
  return turn === 'new first'
    ? 'the new pod is ready before the old one goes (maxSurge 1, maxUnavailable 0)'
    : 'the old pod goes first (maxSurge 0, maxUnavailable 1)';
}

/**
 * Which turn the workload's own strategy takes, from an object with the API server's defaults. A share of the pods (`25%`) is rounded
 * up for maxSurge and down for maxUnavailable; if both are none, one pod may be missing (k8s.io/kubernetes, deployment/util).
 */
export function turnOf(workload: Manifest): Turn | 'none' {
  const { kind } = workload;
  const replicas = at(workload, 'spec', 'replicas') ?? 1;
  const count = typeof replicas === 'number' ? replicas : 1;
  if (kind === 'Deployment') {
    if (textAt(workload, 'spec', 'strategy', 'type') === 'Recreate') return 'all old first';
    const of = (field: string, round: (share: number) => number): number =>
      resolve(at(workload, 'spec', 'strategy', 'rollingUpdate', field) ?? '25%', count, round);
    const [surge, missing] = [of('maxSurge', Math.ceil), of('maxUnavailable', Math.floor)];
    return missing === 0 && surge > 0 ? 'new first' : 'old first';
  }
  if (kind !== 'StatefulSet' && kind !== 'DaemonSet') return 'none';
  if (textAt(workload, 'spec', 'updateStrategy', 'type') === 'OnDelete') return 'none';
  const surge = at(workload, 'spec', 'updateStrategy', 'rollingUpdate', 'maxSurge') ?? 0;
  return kind === 'DaemonSet' && resolve(surge, 1, Math.ceil) > 0 ? 'new first' : 'old first';
}

function resolve(value: unknown, of: number, round: (share: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(String(value))?.[1];
  return percent === undefined ? 0 : round((of * Number(percent)) / 100);
}

/** Names of the claims that the pods mount. */
export function claimsOf(spec: unknown): string[] {
  return listAt(spec, 'volumes').flatMap((volume) => {
    const name = textAt(volume, 'persistentVolumeClaim', 'claimName');
    return name === '' ? [] : [name];
  });
}

/** Whether two pods must not write to the claim at once. One that nobody knows is taken as such. */
export function isForOnePod(claim: Manifest | undefined): boolean {
  const modes = at(claim, 'spec', 'accessModes');
  return !Array.isArray(modes) || modes.some((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod');
}

/**
 * Whether the API server takes Recreate after what is live: rollingUpdate must not be there, and server-side apply removes only fields
 * that Hawser has set before; not the defaults that the API server has put there itself.
 */
export function canRecreate(live: Manifest | undefined): boolean {
  if (at(live, 'spec', 'strategy', 'rollingUpdate') === undefined) return true;
  const own = listAt(live, 'metadata', 'managedFields').find(
    ({ manager, operation }) => manager === MANAGER && operation === 'Apply',
  );
  return at(own, 'fieldsV1', 'f:spec', 'f:strategy', 'f:rollingUpdate') !== undefined;
}
