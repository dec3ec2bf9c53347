import { invalid } from '../invalid.ts';
import type { Path } from '../json/read.ts';
import type { Draft } from '../draft.ts';
import { damaged, listAt, objectAt, onlyKnown, optionalText, present, textAt } from '../json/checked.ts';
import { objectNode, takeEach, type Member, type Node } from '../json/node.ts';
import { affectedFor, advisoryOf, type Advisory } from './advisory.ts';
import { groupOf, rate, type Group } from './group.ts';

interface Package {
  name: string;
  version: string | undefined;
  ecosystem: string;
  commit: string | undefined;
}

const originKeys: ReadonlySet<string> = new Set(['imageOrigin', 'image_origin_details']);

/** Walks one entry of `packages` and gives its findings to `done` when it has ended. */
export function packageNode(done: (drafts: Draft[]) => void): Node {
  const advisories = new Map<string, Advisory>();
  const groups: Group[] = [];
  let [owner, violations]: [Package?, string[]?] = [];
  const members = new Map<string, Member>([
    ['package', { kind: 'object', take: (value, path) => (owner = packageOf(value, path)) }],
    ['dependency_groups', { kind: 'array', as: () => 'skip' }],
    ['licenses', { kind: 'array', as: () => 'skip' }],
    [
      'vulnerabilities',
      {
        kind: 'array',
        as: () =>
          takeEach((value, path) => {
            const advisory = advisoryOf(value, path);
            advisories.set(advisory.id, advisory);
          }),
      },
    ],
    ['groups', { kind: 'array', as: () => takeEach((value, path) => groups.push(groupOf(value, path))) }],
    [
      'license_violations',
      { kind: 'array', take: (value, path) => (violations = listAt({ value }, 'value', path.slice(0, -1), textAt)) },
    ],
  ]);
  return objectNode(members, (path) => {
    const known = owner;
    if (known === undefined) throw damaged([...path, 'package'], 'is missing');
    const grouped = new Set(groups.flatMap(({ ids }) => ids));
    // Every advisory is in a group; one that is not is taken for its own, so that it is not lost.
    const alone = [...advisories.values()].filter(({ id }) => !grouped.has(id));
    const all = [
      ...groups,
      ...alone.map(({ id }): Group => ({ ids: [id], aliases: [], score: undefined, suppressed: undefined })),
    ];
    done([
      ...all.map((group) => vulnerabilityOf(group, known, advisories)),
      ...(violations ?? []).map((licence) => violationOf(licence, known)),
    ]);
  });
}

function packageOf(value: unknown, path: Path): Package {
  const fields = objectAt(value, path);
  onlyKnown(fields, originKeys, path);
  const [name, commit] = [optionalText(fields, 'name', path), optionalText(fields, 'commit', path)];
  if (name === undefined && commit === undefined) throw damaged([...path, 'name'], 'is missing');
  return {
    name: name ?? '',
    commit,
    version: optionalText(fields, 'version', path),
    ecosystem: optionalText(fields, 'ecosystem', path) ?? '',
  };
}

function vulnerabilityOf(group: Group, owner: Package, known: ReadonlyMap<string, Advisory>): Draft {
  const advisories = group.ids.map((id) => known.get(id)).filter((advisory) => advisory !== undefined);
  if (advisories.length < group.ids.length) throw invalid('has a group that names an advisory which is not there');
  const id = group.ids[0] ?? '';
  const affected = advisories.flatMap((advisory) => affectedFor(advisory, owner.name, owner.ecosystem));
  const fixed = [...new Set(affected.flatMap((one) => one.fixed))];
  const purl = affected.find((one) => one.purl !== undefined)?.purl?.replace(/[?#].*$/su, '');
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
