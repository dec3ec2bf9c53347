import { Component, Overlay, readOverlayFile, type OverlayFile } from './overlay-file.ts';
import { applyPatches, type Source } from './overlay-patch.ts';
import { describePosition, type Position, type Problem } from './position.ts';
import { readResources, type Wanted } from './resources.ts';

/**
 * The documents of the overlay folder: those that its overlay.yaml names, then those of its components, each with its patches,
 * and over all of them the overlay's own patches; without an overlay.yaml, all of the folder.
 * `files` maps a path below the manifest folder to its text; no path leads out of it.
 * Problems come all at once, each with file and line.
 */
export function resolveOverlay(
  files: ReadonlyMap<string, string>,
  folder: string,
): { sources: Source[]; namespace?: string; problems: Problem[] } {
  const file = `${folder}/overlay.yaml`;
  const text = files.get(file);
  if (text === undefined) return readResources(files, [{ path: folder, position: { file: folder } }], new Map());
  const { overlay, problems } = readOverlayFile(file, text, Overlay);
  if (overlay === undefined) return { sources: [], problems };

  const taken = new Map<string, Position>();
  const parts = componentsOf(files, folder, overlay);
  const read = [{ folder, overlay }, ...parts.components].map((one) => {
    const { wanted, outside } = resolvePaths(one.folder, one.overlay, 'resources');
    const resources = readResources(files, wanted, taken);
    return { ...one, sources: resources.sources, problems: [...outside, ...resources.problems] };
  });
  const found = [...problems, ...parts.problems, ...read.flatMap((one) => one.problems)];
  const sources = read.flatMap((one) => one.sources);
  // A patch misses its target because the file with it could not be read: the first is no news then.
  if (found.length === 0) {
    const [own, ...components] = read;
    for (const [index, one] of [...components, ...(own === undefined ? [] : [own])].entries()) {
      // A component knows what the overlay takes and the components before it, not what comes later.
      const known = index < components.length ? read.slice(0, index + 2).flatMap((each) => each.sources) : sources;
      found.push(...applyPatches(known, one.overlay.patches, one.overlay.document.locate));
    }
  }
  return {
    sources,
    ...(overlay.namespace === undefined ? {} : { namespace: overlay.namespace }),
    problems: found,
  };
}

function componentsOf(
  files: ReadonlyMap<string, string>,
  folder: string,
  overlay: OverlayFile,
): { components: { folder: string; overlay: OverlayFile }[]; problems: Problem[] } {
  const components: { folder: string; overlay: OverlayFile }[] = [];
  const { wanted, outside } = resolvePaths(folder, overlay, 'components');
  const problems = [...outside];
  const first = new Map<string, Position>();
  for (const { path, position } of wanted) {
    const file = `${path}/component.yaml`;
    const text = files.get(file);
    const before = first.get(path);
    first.set(path, position);
    if (before !== undefined) {
      problems.push({ ...position, message: `k8s/${path} is taken already, in ${describePosition(before)}` });
    } else if (text === undefined) {
      problems.push({
        ...position,
        message: `there is no component at k8s/${path}: expected a folder with a component.yaml`,
      });
    } else {
      const read = readOverlayFile(file, text, Component);
      problems.push(...read.problems);
      if (read.overlay !== undefined) components.push({ folder: path, overlay: read.overlay });
    }
  }
  return { components, problems };
}

function resolvePaths(
  folder: string,
  { document, ...lists }: OverlayFile,
  key: 'resources' | 'components',
): { wanted: Wanted[]; outside: Problem[] } {
  const wanted: Wanted[] = [];
  const outside: Problem[] = [];
  for (const [index, written] of lists[key].entries()) {
    const position = document.locate(`/${key}/${index}`);
    const path = resolvePath(folder, written);
    if (path === undefined)
      outside.push({ ...position, message: `${written} leads out of k8s/; expected a path below it` });
    else wanted.push({ path, position });
  }
  return { wanted, outside };
}

/** `../../base` seen from `overlays/production` is `base`. Undefined when it leads out of the manifest folder. */
function resolvePath(folder: string, path: string): string | undefined {
  if (path.startsWith('/')) return undefined;
  const parts = folder.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
