import { fail } from '../../core/errors.ts';
import { nextLastGood } from '../../core/last-good.ts';
import type { EnvironmentHead, Releases } from '../../core/ports.ts';
import { phaseNames, type AppliedObjects, type Release } from '../../core/release.ts';
import { openedRelease } from '../releases/item.ts';
import { pack, unpack } from '../releases/pack.ts';

/** The release records in memory. What goes in and out is copied, as a database does. */
export function memoryReleases(): Releases {
  const records = new Map<string, Release>();
  const kept = new Map<string, Uint8Array>();
  const heads = new Map<string, EnvironmentHead>();

  const recordOf = (id: string): Release => {
    const found = records.get(id);
    if (found !== undefined) return found;
    throw fail('ReleaseUnknown', `There is no release ${id}.`, {});
  };
  const headOf = (environment: string): EnvironmentHead => heads.get(environment) ?? { environment };
  const time = (text: string): number => new Date(text).getTime();

  return {
    async open(request, at) {
      const existing = records.get(request.id);
      if (existing !== undefined) return { release: structuredClone(existing), created: false };
      const release = structuredClone(openedRelease(request, at));
      records.set(release.id, release);
      return { release: structuredClone(release), created: true };
    },
    async get(id) {
      return structuredClone(records.get(id));
    },
    async list(environment, limit) {
      return [...records.values()]
        .filter((release) => release.environment === environment)
        .sort((a, b) => b.openedAt.localeCompare(a.openedAt))
        .slice(0, limit)
        .map((release) => structuredClone(release));
    },
    async update(id, patch) {
      const record = recordOf(id);
      if (record.state === 'closed') return false;
      const set = Object.entries(patch).filter(([, value]) => value !== undefined);
      Object.assign(record, structuredClone(Object.fromEntries(set)));
      return true;
    },
    async phase(id, phase) {
      const record = recordOf(id);
      if (record.state === 'closed') return;
      const others = record.phases.filter(({ name }) => name !== phase.name);
      const order = (name: string): number => phaseNames.findIndex((known) => known === name);
      record.phases = [...others, structuredClone(phase)].sort((a, b) => order(a.name) - order(b.name));
    },
    async close(id, end) {
      const record = recordOf(id);
      if (record.state === 'closed') return structuredClone(record);
      const head = headOf(record.environment);
      const lastGood = nextLastGood(record, end, head.lastGood);
      if (lastGood !== undefined) heads.set(record.environment, { ...head, lastGood: structuredClone(lastGood) });
      Object.assign(record, { state: 'closed', outcome: end.outcome, endedAt: end.at.toISOString() });
      if (end.failure !== undefined) record.failure = structuredClone(end.failure);
      return structuredClone(record);
    },
    async saveObjects(id, objects) {
      const packed = await pack(`The objects of release ${id}`, objects);
      if (recordOf(id).state === 'open') kept.set(id, packed);
    },
    async objects(id) {
      const packed = kept.get(id);
      return packed === undefined ? undefined : unpack<AppliedObjects>(packed);
    },
    async head(environment) {
      return structuredClone(headOf(environment));
    },
    async saveNode(environment, node) {
      const head = headOf(environment);
      const stored = head.node;
      // Boots of one instance are ordered; another instance is what the config says now, whenever it was launched.
      if (stored?.instance === node.instance && time(node.launchTime) < time(stored.launchTime)) return;
      const launchTime = new Date(node.launchTime).toISOString();
      heads.set(environment, { ...head, node: { ...node, launchTime } });
    },
    async saveRejected(environment, rejected) {
      heads.set(environment, { ...headOf(environment), rejected: structuredClone([...rejected]) });
    },
    async saveDrift(environment, report) {
      const head = headOf(environment);
      if (head.drift !== undefined && time(report.checkedAt) < time(head.drift.checkedAt)) return;
      heads.set(environment, { ...head, drift: structuredClone(report) });
    },
  };
}
