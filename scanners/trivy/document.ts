import { invalid } from '../invalid.ts';
import type { Scan } from '../report.ts';
import { filledOf, present, textOf, wrongAt } from '../json/field.ts';
import { kept, listOf, skipped, walked, type Json, type Shape } from '../json/shape.ts';
import { metadataShape, type Metadata } from './metadata.ts';
import { resourceShape, type Resource } from './resource.ts';
import { resultShape, type Result } from './result.ts';

/** The lists of a report on a cluster: all, the summary, and the two of the first versions. */
const CLUSTER_LISTS = ['Resources', 'Findings', 'Vulnerabilities', 'Misconfigurations'] as const;

/** What a report says, beside what its findings are. */
export interface Document {
  results: Result[];
  resources: Resource[];
  /** The name of all that was scanned. */
  name?: string;
  scan: Omit<Scan, 'coverage' | 'warnings'>;
}

/** A report that is an object. It goes to `ended` when all of it is read, if it is one of trivy that this version knows. */
export function documentShape(ended: (document: Document) => void): Shape {
  const lists = new Map<string, Resource[]>();
  const results: Result[] = [];
  let version: string | undefined;
  let metadata: Metadata = { digests: [] };
  const clusterLists = CLUSTER_LISTS.map((key): [string, Shape] => {
    const resources: Resource[] = [];
    const each = resourceShape((resource) => resources.push(resource));
    return [key, listOf(each, { entered: () => lists.set(key, resources) })];
  });
  return walked(
    {
      ...kept('SchemaVersion', 'ArtifactName', 'CreatedAt', 'ClusterName'),
      ...Object.fromEntries(clusterLists),
      // In client and server mode it tells of the server as well.
      Trivy: walked(
        { ...kept('Version'), Server: skipped },
        { left: (own, where) => (version = filledOf(own, 'Version', where)) },
      ),
      Metadata: metadataShape((read) => (metadata = read)),
      Results: listOf(resultShape((result) => results.push(result))),
    },
    {
      left: (own) => {
        checkSchema(own['SchemaVersion']);
        const [cluster, artifact] = [textOf(own, 'ClusterName', ''), textOf(own, 'ArtifactName', '')];
        if (own['SchemaVersion'] === undefined && cluster === undefined)
          throw invalid('is not a report of trivy: it has neither SchemaVersion nor ClusterName');
        // A list that has lost its place must not be taken for that of another form.
        if (cluster === undefined && lists.size > 0)
          throw invalid(`has ${[...lists.keys()].join(' and ')}, as reports on a cluster have, but no ClusterName`);
        if (cluster !== undefined && results.length > 0)
          throw invalid('has both ClusterName and Results, which no version of trivy writes');
        const name = cluster || artifact || undefined;
        ended({
          results,
          resources: CLUSTER_LISTS.flatMap((key) => lists.get(key) ?? []),
          ...present({ name }),
          scan: {
            scanner: { name: 'trivy', ...present({ version }) },
            ...present({ subject: subjectOf(name, metadata), createdAt: createdAtOf(own), os: metadata.os }),
          },
        });
      },
    },
  );
}

function subjectOf(name: string | undefined, { imageId, digests }: Metadata): Scan['subject'] {
  if (name === undefined && imageId === undefined) return undefined;
  return present({ name, imageId, digests: digests.length === 0 ? undefined : digests });
}

function checkSchema(version: unknown): void {
  if (version === undefined || version === 2) return;
  throw invalid(
    typeof version === 'number'
      ? `has SchemaVersion ${version}, and only 2 can be read`
      : 'has a SchemaVersion that is no number',
  );
}

/** In UTC. Go writes the year 1 for a time that was never set. */
function createdAtOf(document: Json): string | undefined {
  const time = textOf(document, 'CreatedAt', '');
  if (time === undefined || time.startsWith('0001-')) return undefined;
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/u.test(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(at)) throw wrongAt('CreatedAt', 'no time');
  return new Date(at).toISOString();
}
