import { severityOf, type Finding, type Severity } from '../finding.ts';
import { fieldsOf, optionalFields, optionalText, textOf, type Fields } from './fields.ts';

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
export function dependencyOf(extra: Fields, metadata: Fields, where: string): Dependency | undefined {
  const info = optionalFields(extra['sca_info'], `${where}.sca_info`);
  if (info === undefined) return undefined;
  const place = `${where}.sca_info.dependency_match`;
  const match = fieldsOf(info['dependency_match'], place);
  const found = fieldsOf(match['found_dependency'], `${place}.found_dependency`);
  const name = textOf(found, 'package', `${place}.found_dependency`);
  const version = textOf(found, 'version', `${place}.found_dependency`);
  const purl = purlOf(textOf(found, 'ecosystem', `${place}.found_dependency`), name, version);
  const advisory = wordOf(metadata['sca-vuln-database-identifier']);
  const fixedIn = fixOf(metadata['sca-fix-versions'], name);
  const rating = wordOf(metadata['sca-severity']);
  return {
    advisory,
    severity: rating === undefined ? undefined : severityOf(rating),
    lockfile: optionalText(match, 'lockfile', place) ?? '',
    found: {
      package: name,
      version,
      ...(purl === undefined ? {} : { purl }),
      ...(fixedIn === undefined ? {} : { fixedIn, fixState: 'fixed' }),
      ...(advisory === undefined ? {} : { aliases: [advisory] }),
    },
  };
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A list of objects that name one package each. */
function fixOf(versions: unknown, name: string): string | undefined {
  for (const one of Array.isArray(versions) ? (versions as unknown[]) : [])
    if (typeof one === 'object' && one !== null && Object.hasOwn(one, name)) return wordOf((one as Fields)[name]);
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
