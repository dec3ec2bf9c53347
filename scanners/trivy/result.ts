import type { Path } from '../json/read.ts';
import type { Draft } from '../draft.ts';
import { damaged, objectAt, text, textAt } from '../json/checked.ts';
import { licenceOf } from './licence.ts';
import { misconfigurationOf } from './misconfiguration.ts';
import { modifiedOf } from './modified.ts';
import { objectNode, takeEach, type Member, type Node } from '../json/node.ts';
import { secretOf } from './secret.ts';
import { vulnerabilityOf } from './vulnerability.ts';

/** One entry of `Results`: a part of what was scanned, such as a lock file or the system of an image. */
export interface Result {
  target: string;
  /** Absent in the oldest reports. */
  class?: string;
  /** Such as `debian` or `npm`. */
  type?: string;
  /** Undefined if the report does not list packages. */
  packages?: number;
  drafts: Draft[];
}

/**
 * Walks one entry of `Results` and gives it to `done` when it has ended. `isLegacy`: the oldest reports wrote null for "none"; all
 * later ones leave the list out.
 */
export function resultNode(isLegacy: boolean, done: (result: Result) => void): Node {
  const lists = new Map<string, Draft[]>();
  let target: string | undefined;
  const result: Omit<Result, 'target' | 'drafts'> = {};
  const list = (key: string, read: (value: unknown, path: Path) => Draft | undefined): [string, Member] => {
    const drafts: Draft[] = [];
    lists.set(key, drafts);
    const node = takeEach((value, path) => {
      const draft = read(value, path);
      if (draft !== undefined) drafts.push(draft);
    });
    return [key, { kind: 'array', as: () => node, mayBeNull: isLegacy }];
  };
  const countPackages = (): Node => {
    result.packages = 0;
    return takeEach((value, path) => {
      checkPackage(value, path);
      result.packages = (result.packages ?? 0) + 1;
    });
  };
  const members = new Map<string, Member>([
    ['Target', { kind: 'scalar', take: (value, path) => (target = textAt(value, path)) }],
    ['Class', { kind: 'scalar', take: (value, path) => (result.class = textAt(value, path)) }],
    ['Type', { kind: 'scalar', take: (value, path) => (result.type = textAt(value, path)) }],
    ['Packages', { kind: 'array', as: countPackages, mayBeNull: isLegacy }],
    ['MisconfSummary', { kind: 'object', as: () => 'skip' }],
    ['CustomResources', { kind: 'array', as: () => takeEach(checkCustomResource) }],
    list('Vulnerabilities', vulnerabilityOf),
    list('Misconfigurations', misconfigurationOf),
    list('Secrets', secretOf),
    list('Licenses', licenceOf),
    list('ExperimentalModifiedFindings', modifiedOf),
  ]);
  return objectNode(members, (path) => {
    if (target === undefined) throw damaged([...path, 'Target'], 'is missing');
    done({ ...result, target, drafts: [...lists.values()].flat() });
  });
}

/** What is no package, or a finding in their list, is damage. */
function checkPackage(value: unknown, path: Path): void {
  const fields = objectAt(value, path);
  text(fields, 'Name', path);
  if (fields['Severity'] !== undefined) throw damaged(path, 'is no package');
}

/** What modules of users found: no findings, and nothing else that looks like one. */
function checkCustomResource(value: unknown, path: Path): void {
  const fields = objectAt(value, path);
  text(fields, 'Type', path);
  if (fields['Severity'] !== undefined) throw damaged(path, 'is no custom resource');
}
