import type { WorkflowRunEvent } from '../admit.ts';

export const SHA = '4f2c1aa9d0b84c3fa6de0c1f5b9a7e6d3c2b1a09';

/** The event of a green run of the right workflow on the right branch. */
export function workflowRun(change: Partial<WorkflowRunEvent['workflow_run']> = {}): WorkflowRunEvent {
  return {
    action: 'completed',
    repository: { id: 42, full_name: 'acme/shop' },
    workflow_run: {
      id: 9001,
      run_number: 12,
      run_attempt: 1,
      status: 'completed',
      conclusion: 'success',
      event: 'push',
      head_branch: 'main',
      head_sha: SHA,
      head_repository: { id: 42 },
      path: '.github/workflows/ci.yml',
      created_at: '2026-11-24T10:00:00Z',
      ...change,
    },
    sender: { login: 'ana' },
  };
}
