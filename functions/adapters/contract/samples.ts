import { randomUUID } from 'node:crypto';
import type { Manifest } from '../../core/kubernetes.ts';
import type { ReleaseRequest, WorkflowRun } from '../../core/release.ts';

/** A name that no other test has, so that suites can share one emulator. */
export function freshName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}

/** Some seconds after a fixed moment. */
export function at(seconds: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1_000);
}

/** As a request has it: without the page, which GitHub gives later. */
export function runOf(number: number): Omit<WorkflowRun, 'url'> {
  return { id: 10_000_000_000 + number, number, attempt: 1, createdAt: '2026-01-01T00:00:00Z' };
}

export function requestOf(fields: Partial<ReleaseRequest> = {}): ReleaseRequest {
  return {
    version: 1,
    id: freshName('rel'),
    action: 'deploy',
    environment: 'production',
    revision: 'a'.repeat(40),
    trigger: 'workflow_run',
    actor: 'octocat',
    requestedAt: at(0).toISOString(),
    ...fields,
  };
}

export function deployment(name: string, spec: Record<string, unknown> = {}): Manifest {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop' }, spec };
}
