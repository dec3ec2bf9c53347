import { at, textAt } from '../rollout/field.ts';
import type { Source } from './overlay-patch.ts';
import { describePosition, type Position, type Problem } from './position.ts';
import { readYaml } from './yaml.ts';

/** A file or folder that an overlay takes, and where it says so. */
export interface Wanted {
  path: string;
  position: Position;
}

/** Files that say how to make manifests, by the tool that reads them. */
const generators = new Map([
  ['kustomization.yaml', 'kustomize build'],
  ['kustomization.yml', 'kustomize build'],
  ['Chart.yaml', 'helm template'],
]);

/**
 * The documents of the files and folders, Lists flattened. `taken` remembers the files that were read, over several calls: each
 * is taken once. Problems: what is not there, what is no manifest, what is no YAML.
 */
export function readResources(
  files: ReadonlyMap<string, string>,
  wanted: readonly Wanted[],
  taken: Map<string, Position>,
): { sources: Source[]; problems: Problem[] } {
  const sources: Source[] = [];
  const problems: Problem[] = [];
  for (const { path, position } of wanted) {
    const found = filesOf(files, path);
    if (typeof found === 'string') {
      problems.push({ ...position, message: found });
      continue;
    }
    for (const file of found) {
      const before = taken.get(file);
      if (before !== undefined) {
        problems.push({ ...position, message: `k8s/${file} is taken already, in ${describePosition(before)}` });
        continue;
      }
      taken.set(file, position);
      const read = readYaml(file, files.get(file) ?? '');
      sources.push(...read.documents.flatMap(flatten));
      problems.push(...read.problems);
    }
  }
  return { sources, problems };
}

/** The manifests there: the file, or those directly in the folder, by name. A sentence when there are none to read. */
function filesOf(files: ReadonlyMap<string, string>, path: string): string[] | string {
  if (files.has(path)) return [path];
  const prefix = path === '' ? '' : `${path}/`;
  const names = [...files.keys()]
    .filter((file) => file.startsWith(prefix) && /^[^/]+\.(ya?ml|json)$/.test(file.slice(prefix.length)))
    .map((file) => file.slice(prefix.length))
    .toSorted();
  for (const name of names) {
    const tool = generators.get(name);
    if (tool !== undefined) {
      return `k8s/${path} is input for ${tool}: keep what it prints below k8s/ and name that, see docs/manifests.md`;
    }
  }
  if (names.includes('overlay.yml')) return `k8s/${prefix}overlay.yml has to be named overlay.yaml`;
  if (names.includes('overlay.yaml')) {
    return `k8s/${path} is an overlay of its own: overlays share a base or a component, not each other`;
  }
  if (names.includes('component.yaml')) return `k8s/${path} is a component: name it under components`;
  const manifests = names.filter((name) => prefix !== '' || name !== 'deploy.yaml').map((name) => `${prefix}${name}`);
  return manifests.length === 0 ? `there is no manifest at k8s/${path}` : manifests;
}

function flatten(source: Source): Source[] {
  const items = at(source.value, 'items');
  if (!Array.isArray(items) || !textAt(source.value, 'kind').endsWith('List')) return [source];
  return items.flatMap((value: unknown, index) =>
    flatten({ value, locate: (pointer, part) => source.locate(`/items/${index}${pointer}`, part) }),
  );
}
