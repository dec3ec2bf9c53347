import { z } from 'zod';
import { isRecord, textAt } from '../rollout/field.ts';
import { jsonPatch, mergePatch, type PatchOperation } from './patch.ts';
import { childPointer, type Pointer, type Position, type Problem } from './position.ts';
import { readYaml, type YamlDocument } from './yaml.ts';

const Patch = z
  .strictObject({
    target: z.strictObject({ kind: z.string().min(1), name: z.string().min(1) }),
    merge: z.record(z.string(), z.unknown()).optional(),
    json6902: z
      .array(
        z.strictObject({
          op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
          path: z.string(),
          from: z.string().optional(),
          value: z.unknown().optional(),
        }),
      )
      .min(1)
      .optional(),
  })
  .refine(
    (patch) => (patch.merge === undefined) !== (patch.json6902 === undefined),
    'expected either merge or json6902',
  );

/** overlay.yaml: which manifests an environment takes, how they differ there, and the namespace that they all go to. */
const Overlay = z.strictObject({
  namespace: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected a DNS label')
    .optional(),
  resources: z.array(z.string().min(1)).min(1),
  patches: z.array(Patch).default([]),
});
type Overlay = z.output<typeof Overlay>;

/** One document before it is known to be an object of Kubernetes, and where each of its values was written. */
export interface Source {
  value: unknown;
  locate: (pointer: Pointer) => Position;
}

/**
 * The documents of the overlay folder: those that its overlay.yaml names, with its patches applied; without an
 * overlay.yaml, all of the folder. `files` maps a path below the manifest folder to its text; no path leads out of it.
 * Problems come all at once, each with file and line.
 */
export function resolveOverlay(
  files: ReadonlyMap<string, string>,
  folder: string,
): { sources: Source[]; namespace?: string; problems: Problem[] } {
  const file = `${folder}/overlay.yaml`;
  const text = files.get(file);
  if (text === undefined) return readResources(files, [{ path: folder, position: { file: folder } }]);
  const { documents, problems } = readYaml(file, text);
  const [document] = documents;
  if (problems.length > 0) return { sources: [], problems };
  if (document === undefined || documents.length > 1) {
    return { sources: [], problems: [{ file, message: `has ${documents.length} documents; expected one` }] };
  }
  const parsed = Overlay.safeParse(document.value);
  if (!parsed.success)
    return { sources: [], problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, document)) };

  const wanted = parsed.data.resources.map((path, index) => ({
    path: resolvePath(folder, path),
    written: path,
    position: document.locate(`/resources/${index}`),
  }));
  const outside = wanted.filter(({ path }) => path === undefined);
  const inside = wanted.flatMap(({ path, position }) => (path === undefined ? [] : [{ path, position }]));
  const read = readResources(files, inside);
  const patchProblems = applyPatches(read.sources, parsed.data.patches, document);
  const outsideProblems = outside.map(({ written, position }) => ({
    ...position,
    message: `${written} leads out of k8s/; expected a path below it`,
  }));
  return {
    sources: read.sources,
    ...(parsed.data.namespace === undefined ? {} : { namespace: parsed.data.namespace }),
    // A patch misses its target because the file with it could not be read: the first is no news then.
    problems: [...outsideProblems, ...read.problems, ...(read.problems.length > 0 ? [] : patchProblems)],
  };
}

function problemsOf(issue: z.core.$ZodIssue, document: YamlDocument): Problem[] {
  const path = issue.path.reduce<Pointer>((pointer, key) => childPointer(pointer, String(key)), '');
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
  if (unknown.length === 0) return [{ ...document.locate(path), path, message: issue.message }];
  return unknown.map((key) => {
    const at = childPointer(path, key);
    return { ...document.locate(at), path: at, message: 'unknown key' };
  });
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

function readResources(
  files: ReadonlyMap<string, string>,
  wanted: { path: string; position: Position }[],
): { sources: Source[]; problems: Problem[] } {
  const sources: Source[] = [];
  const problems: Problem[] = [];
  for (const { path, position } of wanted) {
    const paths = files.has(path) ? [path] : yamlFilesIn(files, path);
    if (paths.length === 0) problems.push({ ...position, message: `there is no manifest at k8s/${path}` });
    for (const file of paths) {
      const read = readYaml(file, files.get(file) ?? '');
      sources.push(...read.documents);
      problems.push(...read.problems);
    }
  }
  return { sources, problems };
}

/** The manifests that lie directly in the folder, by name. */
function yamlFilesIn(files: ReadonlyMap<string, string>, folder: string): string[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  return [...files.keys()]
    .filter((file) => file.startsWith(prefix) && /^[^/]+\.(ya?ml|json)$/.test(file.slice(prefix.length)))
    .filter((file) => !file.endsWith('/overlay.yaml') && file !== 'deploy.yaml')
    .sort();
}

/** Patches the sources in place, in the order of the file, and says which patches do not fit. */
function applyPatches(sources: Source[], patches: Overlay['patches'], overlay: YamlDocument): Problem[] {
  const problems: Problem[] = [];
  for (const [index, { target, merge, json6902 }] of patches.entries()) {
    const path = `/patches/${index}`;
    const matches = sources.filter(
      ({ value }) => textAt(value, 'kind') === target.kind && textAt(value, 'metadata', 'name') === target.name,
    );
    if (matches.length === 0) {
      const known = sources.map(({ value }) => `${textAt(value, 'kind')} ${textAt(value, 'metadata', 'name')}`);
      const message = `there is no ${target.kind} ${target.name} to patch; there is ${known.join(', ') || 'nothing'}`;
      problems.push({ ...overlay.locate(`${path}/target`), path: `${path}/target`, message });
    }
    for (const source of matches) {
      try {
        if (merge !== undefined) patchSource(source, mergePatch(source.value, merge), overlay, `${path}/merge`, merge);
        else patchSource(source, jsonPatch(source.value, json6902 as PatchOperation[]), overlay, path, json6902);
      } catch (error) {
        const at = `${path}/json6902`;
        problems.push({
          ...overlay.locate(at),
          path: at,
          message: error instanceof Error ? error.message : String(error),
        });
      }
    }
  }
  return problems;
}

/** Takes the new value; what the patch wrote is found in the overlay from now on, the rest where it was. */
function patchSource(source: Source, value: unknown, overlay: YamlDocument, path: Pointer, patch: unknown): void {
  const before = source.locate;
  source.value = value;
  source.locate = (pointer) => {
    const written = Array.isArray(patch) ? operationFor(patch, path, pointer) : mergedAt(patch, path, pointer);
    return written === undefined ? before(pointer) : overlay.locate(written);
  };
}

function operationFor(operations: PatchOperation[], path: Pointer, pointer: Pointer): Pointer | undefined {
  const index = operations.findLastIndex(({ path: to }) => {
    const parent = to.endsWith('/-') ? to.slice(0, -2) : to;
    return pointer === parent || pointer.startsWith(`${parent}/`);
  });
  return index === -1 ? undefined : `${path}/json6902/${index}`;
}

/** Where the merge patch wrote the value at the pointer; undefined when it did not. */
function mergedAt(merge: unknown, path: Pointer, pointer: Pointer): Pointer | undefined {
  let value = merge;
  for (const key of pointer.split('/').slice(1)) {
    if (!isRecord(value)) return `${path}${pointer}`;
    const plain = key.replaceAll('~1', '/').replaceAll('~0', '~');
    if (!Object.hasOwn(value, plain)) return undefined;
    value = value[plain];
  }
  return isRecord(value) ? undefined : `${path}${pointer}`;
}
