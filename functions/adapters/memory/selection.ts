import type { Manifest } from '../../core/kubernetes.ts';
import type { Selection } from '../../core/ports.ts';

/** Label selectors: `a=b`, `a==b`, `a!=b`, `a`, `!a`; field selectors: `path=value`, `path!=value`; joined by commas. */
export function selects(selection: Selection, object: Manifest): boolean {
  const { apiVersion, kind, namespace, labelSelector = '', fieldSelector = '' } = selection;
  if (object.apiVersion !== apiVersion || object.kind !== kind) return false;
  if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
  const labels = object.metadata.labels ?? {};
  return (
    requirements(labelSelector).every((one) => holds(one, (key) => labels[key])) &&
    requirements(fieldSelector).every((one) => holds(one, (path) => fieldAt(object, path)))
  );
}

function requirements(selector: string): string[] {
  return selector.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}

function holds(requirement: string, read: (key: string) => string | undefined): boolean {
  const [, key = '', operator, wanted] = /^([^!=]+)(!=|==|=)(.*)$/.exec(requirement) ?? [];
  if (operator !== undefined) return (read(key) === wanted) === (operator !== '!=');
  return requirement.startsWith('!') ? read(requirement.slice(1)) === undefined : read(requirement) !== undefined;
}

function fieldAt(object: unknown, path: string): string | undefined {
  const value = path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
