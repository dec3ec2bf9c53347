import { invalid } from '../invalid.ts';
import type { Scan } from '../report.ts';
import { damaged, objectAt, onlyKnown, optionalText, textAt } from '../json/checked.ts';
import { metadataOf } from './metadata.ts';
import { listNode, objectNode, unknownField, type Member, type Node } from '../json/node.ts';
import { resourceNode, type Resource } from './resource.ts';
import { resultNode, type Result } from './result.ts';

/** The lists of a report on a cluster: all, the summary, and the two of the first versions. */
const CLUSTER_LISTS = ['Resources', 'Findings', 'Vulnerabilities', 'Misconfigurations'] as const;

/** A report that is an object, while it is read and afterwards. */
export interface Document {
  node: Node;
  results: Result[];
  resources(): Resource[];
  subject(): Scan['subject'];
  /** Throws `invalid` unless it is a report of trivy that this version reads whole. `otherwise`: what it is called if not. */
  check(otherwise: string): void;
  scan(): Omit<Scan, 'coverage' | 'warnings'>;
}

export function documentNode(): Document {
  const lists = new Map<string, Resource[]>();
  const results: Result[] = [];
  const texts = new Map<string, string>();
  let hasSchema = false;
  let [unknown, version]: (string | undefined)[] = [];
  let metadata: ReturnType<typeof metadataOf> | undefined;

  const word = (key: string): [string, Member] => [
    key,
    { kind: 'scalar', take: (value, path) => texts.set(key, textAt(value, path)) },
  ];
  const members = new Map<string, Member>([
    ['SchemaVersion', { kind: 'scalar', take: (value) => (hasSchema = isSchema2(value)) }],
    word('ArtifactName'),
    word('CreatedAt'),
    word('ClusterName'),
    [
      'Trivy',
      {
        kind: 'object',
        take: (value, path) => {
          const fields = objectAt(value, path);
          // In client and server mode it tells of the server as well.
          onlyKnown(fields, new Set(['Server']), path);
          version = optionalText(fields, 'Version', path);
        },
      },
    ],
    ['Metadata', { kind: 'object', take: (value, path) => (metadata = metadataOf(value, path)) }],
    ['Results', { kind: 'array', as: () => listNode(() => resultNode(false, (result) => results.push(result))) }],
    ...CLUSTER_LISTS.map((key): [string, Member] => {
      const resources: Resource[] = [];
      const node = listNode(() => resourceNode((resource) => resources.push(resource)));
      return [key, { kind: 'array', as: () => (lists.set(key, resources), node) }];
    }),
  ]);
  const node = objectNode(members, undefined, (key) => {
    unknown ??= key;
    return 'skip';
  });
  const cluster = (): string | undefined => texts.get('ClusterName');

  function subject(): Scan['subject'] {
    const name = cluster() || texts.get('ArtifactName');
    if (!name && metadata?.imageId === undefined) return undefined;
    return {
      ...(name ? { name } : {}),
      ...(metadata?.imageId === undefined ? {} : { imageId: metadata.imageId }),
      ...(metadata?.digests.length ? { digests: metadata.digests } : {}),
    };
  }

  return {
    node,
    results,
    resources: () => CLUSTER_LISTS.flatMap((key) => lists.get(key) ?? []),
    subject,
    check(otherwise) {
      if (!hasSchema && cluster() === undefined)
        throw invalid(`${otherwise}: it has neither SchemaVersion nor ClusterName`);
      if (unknown !== undefined) throw unknownField(unknown);
      // A list that has lost its place must not be taken for that of another form.
      if (cluster() === undefined && lists.size > 0)
        throw invalid(`has ${[...lists.keys()].join(' and ')}, as reports on a cluster have, but no ClusterName`);
      if (cluster() !== undefined && results.length > 0)
        throw invalid('has both ClusterName and Results, which no version of trivy writes');
    },
    scan() {
      const [whole, createdAt] = [subject(), createdAtOf(texts.get('CreatedAt'))];
      return {
        scanner: { name: 'trivy', ...(version === undefined ? {} : { version }) },
        ...(whole === undefined ? {} : { subject: whole }),
        ...(createdAt === undefined ? {} : { createdAt }),
        ...(metadata?.os === undefined ? {} : { os: metadata.os }),
      };
    },
  };
}

function isSchema2(value: unknown): true {
  if (value === 2) return true;
  throw invalid(
    typeof value === 'number'
      ? `has SchemaVersion ${value}, and only 2 can be read`
      : 'has a SchemaVersion that is no number',
  );
}

/** In UTC. Go writes the year 1 for a time that was never set. */
function createdAtOf(time: string | undefined): string | undefined {
  if (time === undefined || time.startsWith('0001-')) return undefined;
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/u.test(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(at)) throw damaged(['CreatedAt'], 'is no time');
  return new Date(at).toISOString();
}
