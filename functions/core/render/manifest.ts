import { at, isRecord, textAt } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Source } from './overlay-patch.ts';
import type { Locate } from './patched-place.ts';
import { placeholders } from './placeholder.ts';
import { pointerKeys, type Finding, type Problem } from './position.ts';
import { describeValue, stringProblems } from './strings.ts';

/** An object as it was written, and where. */
export interface WrittenObject {
  manifest: Manifest;
  locate: Locate;
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

/**
 * The objects of the documents: what generators leave behind (`creationTimestamp: null`, `status`) is
 * dropped as an apply ignores it. Every problem comes with its place: no object, a field without its type, a field that
 * only the API server sets.
 */
export function readManifests(sources: readonly Source[]): { objects: WrittenObject[]; problems: Problem[] } {
  const objects: WrittenObject[] = [];
  const problems: Problem[] = [];
  for (const source of sources) {
    const found = problemsOf(source.value);
    problems.push(...found.map(({ path, message, part }) => ({ ...source.locate(path, part), path, message })));
    if (found.length === 0)
      objects.push({ manifest: withoutGenerated(source.value as Manifest), locate: source.locate });
  }
  return { objects, problems };
}

function problemsOf(value: unknown): Finding[] {
  if (!isRecord(value)) return [{ path: '', message: `expected an object of Kubernetes, got ${describeValue(value)}` }];
  const found: Finding[] = [];
  for (const path of ['/apiVersion', '/kind', '/metadata/name']) {
    if (textAt(value, ...pointerKeys(path)) === '') {
      found.push({ path, message: `expected a string, got ${describeValue(at(value, ...pointerKeys(path)))}` });
    }
  }
  const namespace = at(value, 'metadata', 'namespace');
  if (namespace !== undefined && typeof namespace !== 'string') {
    found.push({ path: '/metadata/namespace', message: `expected a string, got ${describeValue(namespace)}` });
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
