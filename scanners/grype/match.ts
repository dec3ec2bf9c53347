import type { Finding } from '../finding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { invalid } from '../invalid.ts';
import { isObject, firstLine, linkOf, objectOf, plain, requiredOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { packageOf, readArtifact, type Artifact } from './artifact.ts';
import { fixOf } from './fix.ts';
import { severityOf } from './severity.ts';

/** Makes a finding of a match. Throws `invalid` when it is none, or does not say how bad it is. */
export function findingOf(match: Json, where: string): Finding {
  const vulnerability = objectOf(match, 'vulnerability', where);
  const value = objectOf(match, 'artifact', where);
  if (vulnerability === undefined || value === undefined)
    throw invalid(`has ${where} without a ${vulnerability === undefined ? 'vulnerability' : 'package'}`);
  const id = requiredOf(vulnerability, 'id', `${where}.vulnerability`);
  const artifact = readArtifact(value, `${where}.artifact`);
  const related = (Array.isArray(match['relatedVulnerabilities']) ? match['relatedVulnerabilities'] : []).filter(
    (one) => isObject(one),
  );
  const aliases = aliasesOf(id, related);
  const score = scoreOf([vulnerability, ...related]);
  const title = firstLine(
    [vulnerability, ...related].map((one) => plain(one['description'])).find((text) => text !== undefined),
  );
  const url = linkOf(plain(vulnerability['dataSource']));
  return {
    id,
    rule: id,
    category: 'vulnerability',
    severity: severityOf(vulnerability['severity'], vulnerability['dataSource'], `${where}.vulnerability`),
    ...(title === undefined ? {} : { title }),
    ...(aliases.length === 0 ? {} : { aliases }),
    ...packageOf(artifact),
    ...fixOf(vulnerability, `${where}.vulnerability`),
    ...(score === undefined ? {} : { score }),
    ...(url === undefined ? {} : { url }),
    location: { path: artifact.paths[0] ?? artifact.purl ?? artifact.name },
    fingerprint: nameOf(id, vulnerability['namespace'], artifact),
  };
}

/** The same weakness of one package is in several lists (namespaces), each with a rating of its own. */
function nameOf(id: string, namespace: unknown, { name, version, type, purl, paths }: Artifact): string {
  return fingerprintOf('grype', id, plain(namespace), name, version, type, purl, JSON.stringify(paths.toSorted()));
}

function aliasesOf(id: string, related: readonly Json[]): string[] {
  const ids = related.map((one) => one['id']).filter((one) => typeof one === 'string' && one !== id && one !== '');
  return [...new Set(ids as string[])].sort();
}

/** The highest base score of the first that has any: the vulnerability itself goes before what it is related to. */
function scoreOf(vulnerabilities: readonly Json[]): number | undefined {
  for (const { cvss, cvssV3, cvssV2 } of vulnerabilities) {
    const metrics = Array.isArray(cvss)
      ? cvss.map((one) => (isObject(one) ? one['metrics'] : undefined))
      : [cvssV3, cvssV2];
    const scores = metrics.flatMap((one) =>
      isObject(one) && typeof one['baseScore'] === 'number' ? one['baseScore'] : [],
    );
    const usable = scores.filter((score) => score > 0 && score <= 10);
    if (usable.length > 0) return Math.max(...usable);
  }
  return undefined;
}
