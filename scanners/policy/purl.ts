/** A package URL in parts, each as text without escapes. */
export interface Purl {
  /** Type, namespace and name: `deb/debian/openssl`. */
  base: string;
  version?: string;
  qualifiers: ReadonlyMap<string, string>;
}

/** Types whose names are not case-sensitive: purl-spec, PURL-TYPES. */
const lowerCase = new Set(['apk', 'bitbucket', 'composer', 'deb', 'github', 'golang', 'npm', 'oci', 'pypi']);

/** The parts of a package URL; undefined for what is none. `pkg:npm/@acme/a` is read as well as `pkg:npm/%40acme/a`. */
export function parsePurl(text: string): Purl | undefined {
  const [, rest = '', query = ''] = /^pkg:\/*([^?#]+)(?:\?([^#]*))?(?:#.*)?$/i.exec(text) ?? [];
  // A scope begins with @ too, but stands before the last slash.
  const mark = rest.indexOf('@', rest.lastIndexOf('/') + 1);
  const [path, version] = mark === -1 ? [rest, undefined] : [rest.slice(0, mark), decoded(rest.slice(mark + 1))];
  const segments = path.split('/').map(decoded);
  const type = segments[0]?.toLowerCase() ?? '';
  if (segments.length < 2 || segments.some((segment) => segment === '')) return undefined;
  const name = segments.slice(1).join('/');
  const folded = lowerCase.has(type) ? name.toLowerCase() : name;
  return {
    base: `${type}/${type === 'pypi' ? folded.replaceAll(/[_.]/g, '-') : folded}`,
    ...(version === undefined || version === '' ? {} : { version: type === 'golang' ? withoutV(version) : version }),
    qualifiers: new Map(
      query
        .split('&')
        .filter((pair) => pair !== '')
        .map((pair) => [decoded(pair.split('=')[0] ?? '').toLowerCase(), decoded(pair.split('=').slice(1).join('='))]),
    ),
  };
}

/** A version of Go as all tools can be compared by it: some write `v1.2.3`, as Go does, and some `1.2.3`. */
export function withoutV(version: string): string {
  return version.replace(/^v(?=\d)/, '');
}

/** What these say does not make it another package: they come and go with the tool that wrote the URL. */
const passing = new Set(['arch', 'distro', 'epoch', 'upstream']);

/** Whether `pattern` means this package: one without version means every version of it. Qualifiers of the pattern have to be there too. */
export function coversPackage(pattern: Purl, actual: Purl): boolean {
  return (
    pattern.base === actual.base &&
    (pattern.version === undefined || pattern.version === actual.version) &&
    [...pattern.qualifiers].every(([key, value]) => passing.has(key) || actual.qualifiers.get(key) === value)
  );
}

function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
