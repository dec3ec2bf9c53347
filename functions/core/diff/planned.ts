import { describeRef, refOf, type Manifest, type Ref } from '../kubernetes.ts';
import { diff, type Change } from './diff.ts';

/** What a release does to one object. Values are masked and short: it is stored in the record and shown. */
export interface PlannedChange {
  /** `Deployment shop/shop` */
  object: string;
  change: 'created' | 'configured' | 'pruned';
  /** Of a configured object: which fields become what. None: only their owner changes. */
  fields: Change[];
  /** Fields that differ too, but are left out. */
  more?: number;
}

export interface Planned {
  changes: PlannedChange[];
  /** Objects that stay as they are. */
  unchanged: number;
  /** Objects that change too, but are left out. */
  more: number;
}

/** What the plan is made of: the comparisons of the phase plan. */
interface Compared {
  desired: Manifest;
  live: Manifest | undefined;
  predicted: Manifest;
  change: 'created' | 'configured' | 'unchanged';
}

const MOST_OBJECTS = 60;
const MOST_FIELDS = 20;
const LONGEST_VALUE = 200;
/** Characters of all fields together: the record holds more than the plan. */
const MOST_CHARACTERS = 30_000;

/** The plan in a form to keep and to show: what is created, configured (field by field) and pruned, in the order of applying. */
export function planned(comparisons: readonly Compared[], pruned: readonly Ref[]): Planned {
  const changed = comparisons.filter(({ change }) => change !== 'unchanged');
  let left = MOST_CHARACTERS;
  const applied = changed.slice(0, MOST_OBJECTS).map(({ desired, live, predicted, change }): PlannedChange => {
    const all = change === 'configured' && live !== undefined ? diff(desired, live, predicted) : [];
    const fields = all.slice(0, MOST_FIELDS).map(shorten);
    while (fields.length > 0 && JSON.stringify(fields).length > left) fields.pop();
    left -= JSON.stringify(fields).length;
    const more = all.length - fields.length;
    return {
      object: describeRef(refOf(desired)),
      change: change === 'created' ? 'created' : 'configured',
      fields,
      ...(more === 0 ? {} : { more }),
    };
  });
  const removed = pruned
    .slice(0, MOST_OBJECTS - applied.length)
    .map((ref): PlannedChange => ({ object: describeRef(ref), change: 'pruned', fields: [] }));
  const changes = [...applied, ...removed];
  return {
    changes,
    unchanged: comparisons.length - changed.length,
    more: changed.length + pruned.length - changes.length,
  };
}

const signs = { created: '+', configured: '~', pruned: '-' } as const;

/** The plan as lines for a terminal: `+` created, `~` configured with its fields, `-` pruned. */
export function describePlanned({ changes, unchanged, more }: Planned): string {
  const lines = changes.flatMap((change) => [`${signs[change.change]} ${change.object}`, ...describeFields(change)]);
  if (more > 0) lines.push(`  and ${more} more ${more === 1 ? 'object' : 'objects'}`);
  lines.push(`  ${unchanged} unchanged`);
  return lines.join('\n');
}

function describeFields({ change, fields, more = 0 }: PlannedChange): string[] {
  if (change === 'configured' && fields.length + more === 0) return ['    only who owns its fields'];
  const lines = fields.map(({ path, live, desired }) => `    ${path}: ${text(live)} → ${text(desired)}`);
  return more === 0 ? lines : [...lines, `    and ${more} more ${more === 1 ? 'field' : 'fields'}`];
}

/** As JSON, so that no value can send control characters to the terminal. */
function text(value: unknown): string {
  return value === null ? '(none)' : JSON.stringify(value);
}

function shorten({ path, live, desired }: Change): Change {
  return { path: cut(path), live: short(live), desired: short(desired) };
}

function short(value: unknown): unknown {
  if (typeof value === 'string') return cut(value);
  const json = JSON.stringify(value) ?? 'null';
  return json.length <= LONGEST_VALUE ? value : cut(json);
}

function cut(long: string): string {
  return long.length <= LONGEST_VALUE ? long : `${long.slice(0, LONGEST_VALUE - 1)}…`;
}
