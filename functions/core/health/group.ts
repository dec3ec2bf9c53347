import { textAt } from '../rollout/field.ts';

/** `apps` of `apps/v1`; '' for the core group. */
export function groupOf(object: unknown): string {
  const parts = textAt(object, 'apiVersion').split('/');
  return parts.length > 1 ? (parts[0] ?? '') : '';
}

/** `*.example.com` stands for every group below it, and `*` for all. */
export function matchesGroup(pattern: string, group: string): boolean {
  if (pattern === '*') return true;
  return pattern.startsWith('*.') ? group.endsWith(pattern.slice(1)) : pattern === group;
}
