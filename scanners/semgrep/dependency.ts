import { severityOf, type Finding, type Severity } from '../finding.ts';
import { isObject, objectAt, optionalOf, plain, requiredOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

/** What a rule of Supply Chain found in a lock file. */
export interface Dependency {
  /** CVE or GHSA, where the rule names it. */
  advisory: string | undefined;
  /** The advisory's own rating: the rule has but three words for it. */
  severity: Severity | undefined;
  lockfile: string;
  found: Pick<Finding, 'package' | 'version' | 'purl' | 'fixedIn' | 'fixState' | 'aliases'>;
}

/** Types of package URLs by the tool's names of ecosystems. */
const types: ReadonlyMap<string, string> = new Map([
  ['npm', 'npm'],
  ['pypi', 'pypi'],
  ['gem', 'gem'],
  ['gomod', 'golang'],
  ['cargo', 'cargo'],
  ['maven', 'maven'],
  ['composer', 'composer'],
  ['nuget', 'nuget'],
  ['pub', 'pub'],
  ['hex', 'hex'],
  ['mix', 'hex'],
  ['cocoapods', 'cocoapods'],
  ['opam', 'opam'],
]);

/** Undefined when the match is one of code. Throws `invalid` with the place. */
export function dependencyOf(extra: Json, metadata: Json, where: string): Dependency | undefined {
  const info = extra['sca_info'] ?? undefined;
  if (info === undefined) return undefined;
  const matchAt = `${where}.sca_info.dependency_match`;
  const match = objectAt(objectAt(info, `${where}.sca_info`)['dependency_match'], matchAt);
  const foundAt = `${matchAt}.found_dependency`;
  const found = objectAt(match['found_dependency'], foundAt);
  const [name, version] = [requiredOf(found, 'package', foundAt), requiredOf(found, 'version', foundAt)];
  const purl = purlOf(requiredOf(found, 'ecosystem', foundAt), name, version);
  const aliases = advisoriesOf(metadata);
  const fixedIn = fixOf(metadata['sca-fix-versions'], name);
  const rating = plain(metadata['sca-severity']);
  return {
    advisory: aliases[0],
    severity: rating === undefined ? undefined : severityOf(rating),
    lockfile: optionalOf(match, 'lockfile', matchAt) ?? '',
    found: {
      package: name,
      version,
      ...(purl === undefined ? {} : { purl }),
      ...(fixedIn === undefined ? {} : { fixedIn, fixState: 'fixed' }),
      ...(aliases.length === 0 ? {} : { aliases }),
    },
  };
}

/** Its names, that of the rule first. Newer rules name both CVE and GHSA. */
function advisoriesOf(metadata: Json): string[] {
  const names = ['sca-vuln-database-identifier', 'cve', 'ghsa'].map((key) => plain(metadata[key]));
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** A list of objects that name one package each. */
function fixOf(versions: unknown, name: string): string | undefined {
  for (const one of Array.isArray(versions) ? (versions as unknown[]) : [])
    if (isObject(one) && Object.hasOwn(one, name)) return plain(one[name]);
  return undefined;
}

function purlOf(ecosystem: string, name: string, version: string): string | undefined {
  const type = types.get(ecosystem);
  if (type === undefined) return undefined;
  // Scopes of npm and paths of Go have their own slashes.
  const path = spelt(type, name).split('/').map(encodeURIComponent).join('/');
  return `pkg:${type}/${path}@${encodeURIComponent(version)}`;
}

function spelt(type: string, name: string): string {
  if (type === 'maven') return name.replace(':', '/');
  return type === 'pypi' ? name.toLowerCase().replaceAll('_', '-') : name;
}
