import { expect, test } from 'vitest';
import type { Manifest } from '../../kubernetes.ts';
import { health, type HealthStatus } from '../health.ts';
import { object } from './object.ts';

export type Parts = Record<string, unknown>;
export type HealthCase = [name: string, parts: Parts, status: HealthStatus, reason: string, related?: Manifest[]];

/** One test for each case: the object of that `apiVersion Kind` has that status and reason, and a sentence for people. */
export function check(typed: string, cases: readonly HealthCase[]): void {
  test.each(cases)(`${typed}: %s`, (_name, parts, status, reason, related = []) => {
    const found = health(object(typed, parts), related);
    expect(found).toMatchObject({ status, reason });
    expect(found.message).toMatch(/^\S.*[.!?…]$/);
  });
}
