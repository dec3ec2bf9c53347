import { phaseNames, type PhaseName, type PhaseRecord, type Release, type ReleaseRequest } from '../../core/release.ts';

/**
 * The table: partition key `pk`, sort key `sk`, TTL attribute `expiresAt` (epoch seconds), and the index `byEnvironment`
 * (partition `environment`, sort `openedAt`, all attributes projected), in which only the release items are.
 */
export const INDEX = 'byEnvironment';

export const releaseKey = (id: string) => ({ pk: `release#${id}`, sk: 'release' });
export const objectsKey = (id: string) => ({ pk: `release#${id}`, sk: 'objects' });
export const headKey = (environment: string) => ({ pk: `environment#${environment}`, sk: 'head' });
/** Apart from the head, for its size. */
export const driftKey = (environment: string) => ({ pk: `environment#${environment}`, sk: 'drift' });

/** A release as it is stored. The phases are a map, so that each is written alone, whatever else is written meanwhile. */
export type ReleaseItem = Omit<Release, 'phases'> & {
  pk: string;
  sk: string;
  phases: Partial<Record<PhaseName, PhaseRecord>>;
  /** Whether there is an item with its objects. */
  hasObjects?: boolean;
  expiresAt?: number;
};

/** The record that a request opens. */
export function openedRelease(request: ReleaseRequest, at: Date): Release {
  const { id, action, environment, revision, trigger, actor, run, reason } = request;
  return {
    id,
    action,
    environment,
    revision,
    trigger,
    actor,
    state: 'open',
    openedAt: at.toISOString(),
    phases: [],
    ...(run === undefined ? {} : { run }),
    ...(reason === undefined ? {} : { reason }),
  };
}

export function itemOf(release: Release): ReleaseItem {
  const phases = Object.fromEntries(release.phases.map((phase) => [phase.name, phase]));
  return { ...release, ...releaseKey(release.id), phases };
}

/** The release of an item, its phases in the order in which a release goes through them. */
export function releaseOf(item: ReleaseItem): Release {
  const { pk: _pk, sk: _sk, hasObjects: _hasObjects, expiresAt: _expiresAt, phases, ...rest } = item;
  return { ...rest, phases: phaseNames.flatMap((name) => phases[name] ?? []) };
}
