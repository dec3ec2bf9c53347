import { groupOf } from '../kubernetes.ts';
import { textAt } from '../rollout/field.ts';

/** The API group of any object, even one without an apiVersion. */
export function groupOfObject(object: unknown): string {
  return groupOf(textAt(object, 'apiVersion'));
}

/** `*.example.com` stands for every group below it, and `*` for all. */
export function matchesGroup(pattern: string, group: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('*.') ? group.endsWith(pattern.slice(1)) : pattern === group;
}
