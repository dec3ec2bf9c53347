import type { HealthRule } from '../rule.ts';

export type Case = HealthRule['cases'][number];

/** The condition holds: that status, unless another is given. */
export function holds(condition: string, status: Case['status'] = 'Healthy', reason?: string | string[]): Case {
  return { when: { condition, is: 'True', ...(reason === undefined ? {} : { reason }) }, status };
}

export function fails(condition: string, status: Case['status'] = 'Degraded', reason?: string | string[]): Case {
  return { when: { condition, is: 'False', ...(reason === undefined ? {} : { reason }) }, status };
}

export function pends(condition: string): Case {
  return { when: { condition, is: 'Unknown' }, status: 'Progressing' };
}

export function says(path: string, is: string | string[], status: Case['status'], message?: string): Case {
  return { when: { path, is }, status, ...(message === undefined ? {} : { message }) };
}

export function rule(group: string, kind: string, cases: Case[], otherwise?: Case['status']): HealthRule {
  return { group, kind, cases, ...(otherwise === undefined ? {} : { otherwise }) };
}

/** Of a kind that has a Ready and means it. */
export const ready: Case[] = [fails('Ready'), pends('Ready'), holds('Ready')];

/** Of one of several lists of conditions. */
export function within(
  list: string,
  condition: string,
  is: 'True' | 'False' | 'Unknown',
  status: Case['status'],
  reason?: string,
): Case {
  return { when: { condition, is, in: list, ...(reason === undefined ? {} : { reason }) }, status };
}
