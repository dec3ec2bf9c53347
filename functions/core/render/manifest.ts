import { at, isRecord, textAt, type Fields } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Source } from './overlay.ts';
import { childPointer, pointerKeys, type Pointer, type Position, type Problem } from './position.ts';

/** An object as it was written, and where. */
export interface WrittenObject {
  manifest: Manifest;
  locate: (pointer: Pointer) => Position;
}

/** Set by the API server. An apply that carries them is refused there, or worse, taken as a condition. */
const generatedFields = [
  'uid',
  'resourceVersion',
  'generation',
  'managedFields',
  'creationTimestamp',
  'deletionTimestamp',
  'selfLink',
];

/** On an object: its strings may look like placeholders, e.g. a ConfigMap with a shell script or a template. */
const allowPlaceholders = 'hawser.dev/allow-placeholders';

/**
 * The objects of the documents: Lists are flattened, what generators leave behind (`creationTimestamp: null`, `status`) is
 * dropped as an apply ignores it. Every problem comes with its place: no object, a field without its type, a field that
 * only the API server sets.
 */
export function readManifests(sources: readonly Source[]): { objects: WrittenObject[]; problems: Problem[] } {
  const objects: WrittenObject[] = [];
  const problems: Problem[] = [];
  for (const source of sources.flatMap(flatten)) {
    const found = problemsOf(source.value);
    problems.push(...found.map(({ path, message }) => ({ ...source.locate(path), path, message })));
    if (found.length === 0)
      objects.push({ manifest: withoutGenerated(source.value as Manifest), locate: source.locate });
  }
  return { objects, problems };
}

function flatten(source: Source): Source[] {
  const items = at(source.value, 'items');
  if (!Array.isArray(items) || !textAt(source.value, 'kind').endsWith('List')) return [source];
  return items.flatMap((value: unknown, index) =>
    flatten({ value, locate: (pointer) => source.locate(`/items/${index}${pointer}`) }),
  );
}

interface Finding {
  path: Pointer;
  message: string;
}

function problemsOf(value: unknown): Finding[] {
  if (!isRecord(value)) return [{ path: '', message: `expected an object of Kubernetes, got ${describe(value)}` }];
  const found: Finding[] = [];
  for (const path of ['/apiVersion', '/kind', '/metadata/name']) {
    if (textAt(value, ...pointerKeys(path)) === '') {
      found.push({ path, message: `expected a string, got ${describe(at(value, ...pointerKeys(path)))}` });
    }
  }
  const namespace = at(value, 'metadata', 'namespace');
  if (namespace !== undefined && typeof namespace !== 'string') {
    found.push({ path: '/metadata/namespace', message: `expected a string, got ${describe(namespace)}` });
  }
  for (const field of generatedFields) {
    if ((at(value, 'metadata', field) ?? null) === null) continue;
    found.push({
      path: `/metadata/${field}`,
      message: 'only the API server sets this; remove it (it comes from a live object)',
    });
  }
  return [...found, ...stringProblems(value), ...placeholders(value)];
}

/** Maps whose values must be strings, where YAML easily makes a number or a boolean of what was meant as text. */
function stringProblems(object: Fields): Finding[] {
  const found: Finding[] = [];
  const check = (map: unknown, path: Pointer): void => {
    if (map === undefined || map === null) return;
    if (!isRecord(map)) {
      found.push({ path, message: `expected a map of strings, got ${describe(map)}` });
      return;
    }
    for (const [key, item] of Object.entries(map)) {
      if (typeof item === 'string') continue;
      const message = `expected a string, got ${describe(item)}: put it in quotes`;
      found.push({ path: childPointer(path, key), message });
    }
  };
  if (object['kind'] === 'ConfigMap') check(object['data'], '/data');
  if (object['kind'] === 'Secret') check(object['stringData'], '/stringData');
  walk(object, '', (value, path) => {
    if (!isRecord(value)) return;
    if (path.endsWith('/metadata')) {
      check(value['labels'], `${path}/labels`);
      check(value['annotations'], `${path}/annotations`);
    }
    if (/\/env\/\d+$/.test(path) && !['string', 'undefined'].includes(typeof (value['value'] ?? undefined))) {
      const message = `expected a string, got ${describe(value['value'])}: put it in quotes`;
      found.push({ path: `${path}/value`, message });
    }
  });
  return found;
}

const placeholder = /IMAGE_PLACEHOLDER|\$\{[^}]*\}|\{\{[^}]*\}\}/;

/** What a template or a script should have replaced. Images of the app are pinned before, so theirs do not count. */
function placeholders(object: Fields): Finding[] {
  if (textAt(object, 'metadata', 'annotations', allowPlaceholders) === 'true') return [];
  const found: Finding[] = [];
  walk(object, '', (value, path) => {
    for (const text of [value, pointerKeys(path).at(-1)]) {
      const match = typeof text === 'string' ? placeholder.exec(text) : null;
      if (match === null) continue;
      const message = `the placeholder ${match[0]} was not replaced; if it belongs there, annotate the object with ${allowPlaceholders}: "true"`;
      found.push({ path, message });
    }
  });
  return found;
}

function walk(value: unknown, path: Pointer, visit: (value: unknown, path: Pointer) => void): void {
  visit(value, path);
  if (Array.isArray(value)) value.forEach((item, index) => walk(item, childPointer(path, index), visit));
  else if (isRecord(value)) for (const [key, item] of Object.entries(value)) walk(item, childPointer(path, key), visit);
}

function withoutGenerated(object: Manifest): Manifest {
  const { status: _, ...manifest } = object;
  return withoutNullTimestamp(manifest) as Manifest;
}

/** Generators write `creationTimestamp: null` into pod templates too. */
function withoutNullTimestamp(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullTimestamp);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => key !== 'creationTimestamp' || item !== null)
      .map(([key, item]) => [key, withoutNullTimestamp(item)]),
  );
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `the ${typeof value} ${JSON.stringify(value)}`;
}
