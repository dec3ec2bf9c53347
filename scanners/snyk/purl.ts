/** A package as Snyk names it: `manager` is its packageManager, such as `npm` or `debian:12`. */
export interface Component {
  manager: string;
  name: string;
  version: string;
}

type Naming = (component: Component) => readonly string[] | undefined;

const plain =
  (type: string): Naming =>
  ({ name }) =>
    name === '' ? undefined : [type, ...name.split('/')];
const npm = plain('npm');
const maven: Naming = ({ name }) => {
  const [group, artifact, ...more] = name.split(':');
  return group === undefined || artifact === undefined || more.length > 0 ? undefined : ['maven', group, artifact];
};
const pypi: Naming = ({ name }) => ['pypi', name.toLowerCase().replaceAll('_', '-')];
const golang: Naming = ({ name }) => ['golang', ...name.toLowerCase().split('/')];
const nuget: Naming = ({ name }) => ['nuget', name];
const composer: Naming = ({ name }) => ['composer', ...name.toLowerCase().split('/')];

const namings: ReadonlyMap<string, Naming> = new Map([
  ...['npm', 'yarn', 'yarn-workspace', 'pnpm', 'bun'].map((manager) => [manager, npm] as const),
  ...['maven', 'gradle', 'sbt'].map((manager) => [manager, maven] as const),
  ...['pip', 'pipenv', 'poetry', 'uv'].map((manager) => [manager, pypi] as const),
  ...['golang', 'gomodules', 'golangdep', 'govendor'].map((manager) => [manager, golang] as const),
  ...['nuget', 'paket'].map((manager) => [manager, nuget] as const),
  ['composer', composer],
  ['rubygems', plain('gem')],
  ['cargo', plain('cargo')],
]);

/** Distributions whose namespace in a package URL is known for certain. */
const distributions: ReadonlyMap<string, readonly [type: string, namespace: string]> = new Map([
  ['debian', ['deb', 'debian']],
  ['ubuntu', ['deb', 'ubuntu']],
  ['alpine', ['apk', 'alpine']],
  ['wolfi', ['apk', 'wolfi']],
  ['chainguard', ['apk', 'chainguard']],
  ['rhel', ['rpm', 'redhat']],
  ['centos', ['rpm', 'centos']],
  ['fedora', ['rpm', 'fedora']],
]);

/**
 * The package URL (ECMA-427), with version and without qualifiers; undefined where Snyk's names do not tell it for certain.
 */
export function purlOf(component: Component): string | undefined {
  const { manager, name, version } = component;
  if (name === '' || version === '') return undefined;
  const [family = ''] = manager.split(':');
  const distribution = distributions.get(family);
  if (distribution !== undefined) {
    const [type, namespace] = distribution;
    // Snyk writes `source/binary`. The epoch of an rpm is a qualifier.
    return assemble(
      [type, namespace, name.split('/').at(-1) ?? name],
      type === 'rpm' ? version.replace(/^\d+:/, '') : version,
    );
  }
  const parts = namings.get(manager)?.(component);
  if (parts === undefined || parts.includes('')) return undefined;
  return parts[0] === 'golang' ? assembleGo(parts, version) : assemble(parts, version);
}

/** Snyk leaves out the `v`; and of a commit it knows only the beginning of its hash. */
function assembleGo(parts: readonly string[], version: string): string | undefined {
  return /^v?\d+\.\d+\.\d+/.test(version)
    ? assemble(parts, version.startsWith('v') ? version : `v${version}`)
    : undefined;
}

function assemble(parts: readonly string[], version: string): string {
  return `pkg:${parts.map(encode).join('/')}@${encode(version)}`;
}

/** A colon stays as it is, in whatever place. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%3A', ':')
    .replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
