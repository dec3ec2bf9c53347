import { invalid } from '../invalid.ts';
import type { Draft } from '../draft.ts';
import { filledOf, present } from '../json/field.ts';
import { kept, listOf, skippedAll, skippedList, taken, textual, walked, type Json, type Shape } from '../json/shape.ts';
import { affectedFor, advisoryOf, type Advisory, type Affected } from './advisory.ts';
import { groupOf, rate, type Group } from './group.ts';

interface Package {
  name: string;
  version: string | undefined;
  ecosystem: string;
  commit: string | undefined;
}

/** One entry of `packages`. Its findings go to `ended` when all of it is read. */
export function packageShape(ended: (drafts: Draft[]) => void): Shape {
  let advisories = new Map<string, Advisory>();
  let groups: Group[] = [];
  let violations: string[] = [];
  let owner: Package | undefined;
  return walked(
    {
      package: walked(
        { ...kept('name', 'version', 'ecosystem', 'commit'), ...skippedAll(['imageOrigin', 'image_origin_details']) },
        { left: (own, where) => (owner = packageOf(own, where)) },
      ),
      dependency_groups: skippedList,
      licenses: skippedList,
      vulnerabilities: listOf(
        taken((value, where) => {
          const advisory = advisoryOf(value, where);
          advisories.set(advisory.id, advisory);
        }),
      ),
      groups: listOf(taken((value, where) => groups.push(groupOf(value, where)))),
      license_violations: listOf(textual((licence) => violations.push(licence))),
    },
    {
      entered: () => {
        advisories = new Map();
        [groups, violations] = [[], []];
        owner = undefined;
      },
      left: (_, where) => {
        if (owner === undefined) throw invalid(`has no ${where}.package`);
        ended(draftsOf(owner, groups, advisories, violations));
      },
    },
  );
}

function packageOf(fields: Json, where: string): Package {
  const [name, commit] = [filledOf(fields, 'name', where), filledOf(fields, 'commit', where)];
  if (name === undefined && commit === undefined) throw invalid(`has no ${where}.name`);
  return {
    name: name ?? '',
    commit,
    version: filledOf(fields, 'version', where),
    ecosystem: filledOf(fields, 'ecosystem', where) ?? '',
  };
}

function draftsOf(
  owner: Package,
  groups: readonly Group[],
  advisories: ReadonlyMap<string, Advisory>,
  violations: readonly string[],
): Draft[] {
  const grouped = new Set(groups.flatMap(({ ids }) => ids));
  // Every advisory is in a group; one that is not is taken for its own, so that it is not lost.
  const alone = [...advisories.keys()].filter((id) => !grouped.has(id));
  const all = [
    ...groups,
    ...alone.map((id): Group => ({ ids: [id], aliases: [], score: undefined, suppressed: undefined })),
  ];
  return [
    ...all.map((group) => vulnerabilityOf(group, owner, advisories)),
    ...violations.map((licence) => violationOf(licence, owner)),
  ];
}

function vulnerabilityOf(group: Group, owner: Package, known: ReadonlyMap<string, Advisory>): Draft {
  const advisories = group.ids.map((id) => known.get(id)).filter((advisory) => advisory !== undefined);
  if (advisories.length < group.ids.length) throw invalid('has a group that names an advisory which is not there');
  const id = group.ids[0] ?? '';
  const affected = advisories.flatMap((advisory) => affectedFor(advisory, owner.name, owner.ecosystem));
  const fixed = fixesFor(owner, advisories, affected);
  const purl = affected.find((one) => one.purl !== undefined)?.purl;
  const ids = [...group.ids, ...group.aliases, ...advisories.flatMap(({ aliases }) => aliases)];
  return {
    finding: {
      id,
      rule: id,
      category: 'vulnerability',
      ...rate(group, advisories, affected),
      aliases: [...new Set(ids)],
      fixState: fixed.length === 0 ? 'none' : 'fixed',
      url: `https://osv.dev/${encodeURIComponent(id)}`,
      ...present({
        title: advisories.find(({ title }) => title !== undefined)?.title,
        package: owner.name || owner.commit,
        version: owner.version,
        fixedIn: fixed.join(', ') || undefined,
        purl:
          purl !== undefined && owner.version !== undefined
            ? `${purl}@${encodeURIComponent(owner.version)}`
            : undefined,
        suppressed: group.suppressed === undefined ? undefined : { by: 'osv-scanner', reason: group.suppressed },
      }),
    },
    identity: [owner.ecosystem, owner.name, owner.version, owner.commit, id],
  };
}

/** Versions without it. What is known by its commit has a name that no advisory uses, and is mended by another commit. */
function fixesFor({ commit }: Package, advisories: readonly Advisory[], affected: readonly Affected[]): string[] {
  const versions = affected.flatMap((one) => one.fixed);
  if (versions.length > 0 || commit === undefined) return [...new Set(versions)];
  return [...new Set(advisories.flatMap((one) => one.affected.flatMap(({ fixedCommits }) => fixedCommits)))];
}

/** A licence that is not on the list of allowed ones. OSV-Scanner does not rate it. */
function violationOf(licence: string, owner: Package): Draft {
  return {
    finding: {
      id: licence,
      rule: licence,
      category: 'licence',
      severity: 'unknown',
      ...present({ package: owner.name || owner.commit, version: owner.version }),
    },
    identity: [owner.ecosystem, owner.name, owner.version, owner.commit, licence],
  };
}
