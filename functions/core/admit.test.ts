import { describe, expect, it, test } from 'vitest';
import { admit, type AdmitCode, type WorkflowRunEvent } from './admit.ts';
import { parseConfig } from './config.ts';
import { rawConfig, testConfig } from './testing/config.ts';
import { SHA, workflowRun } from './testing/workflow-run.ts';

const context = { delivery: 'd3b0', now: '2026-11-24T10:01:00Z' };
const run = (change: Partial<WorkflowRunEvent['workflow_run']>): WorkflowRunEvent => workflowRun(change);

describe('admit', () => {
  it('asks for one release of the commit that the run built', () => {
    const admission = admit(workflowRun(), testConfig(), context);
    expect(admission).toMatchObject({
      admitted: true,
      requests: [
        {
          action: 'deploy',
          environment: 'production',
          revision: SHA,
          actor: 'ana',
          run: { id: 9001, number: 12, attempt: 1 },
          delivery: 'd3b0',
        },
      ],
    });
  });

  test.each<[string, WorkflowRunEvent, AdmitCode]>([
    ['only requested', { ...workflowRun(), action: 'requested' }, 'ActionIgnored'],
    ['in progress', run({ status: 'in_progress', conclusion: null }), 'ActionIgnored'],
    [
      'of another repository',
      { ...workflowRun(), repository: { id: 43, full_name: 'acme/shop' } },
      'RepositoryUnknown',
    ],
    ['of a fork whose branch is called main', run({ head_repository: { id: 77 } }), 'RunFromFork'],
    ['of a deleted fork', run({ head_repository: null }), 'RunFromFork'],
    ['for a pull request', run({ event: 'pull_request' }), 'TriggerNotAllowed'],
    ['for pull_request_target', run({ event: 'pull_request_target' }), 'TriggerNotAllowed'],
    ['of the merge queue', run({ event: 'merge_group' }), 'TriggerNotAllowed'],
    ['started by hand, which is not configured', run({ event: 'workflow_dispatch' }), 'TriggerNotAllowed'],
    ['on another branch', run({ head_branch: 'feature' }), 'BranchOther'],
    ['on a branch that differs in case', run({ head_branch: 'Main' }), 'BranchOther'],
    ['on no branch', run({ head_branch: null }), 'BranchOther'],
    ['of another workflow', run({ path: '.github/workflows/check.yml' }), 'WorkflowOther'],
    ['of a file of that name elsewhere', run({ path: 'ci.yml' }), 'WorkflowOther'],
    ...(
      [
        'failure',
        'cancelled',
        'skipped',
        'timed_out',
        'neutral',
        'stale',
        'action_required',
        'startup_failure',
        null,
      ] as const
    ).map((conclusion): [string, WorkflowRunEvent, AdmitCode] => [
      `that ended with ${conclusion}`,
      run({ conclusion }),
      'RunNotSuccessful',
    ]),
    ['with a short SHA', run({ head_sha: SHA.slice(0, 7) }), 'RevisionInvalid'],
    ['with shell text for a SHA', run({ head_sha: `${SHA.slice(0, 38)};x` }), 'RevisionInvalid'],
  ])('does not admit a run %s', (_, event, code) => {
    expect(admit(event, testConfig(), context)).toMatchObject({ admitted: false, code });
  });

  it('admits a path with the ref of a reusable workflow', () => {
    expect(admit(run({ path: '.github/workflows/ci.yml@refs/heads/main' }), testConfig(), context).admitted).toBe(true);
  });

  it('gives a redelivery the same id, a re-run and another environment others', () => {
    const raw = rawConfig();
    const environments = raw['environments'] as Record<string, unknown>;
    const config = parseConfig({ ...raw, environments: { ...environments, staging: environments['production'] } });
    const ids = (event: WorkflowRunEvent, delivery: string): string[] => {
      const admission = admit(event, config, { ...context, delivery });
      return admission.admitted ? admission.requests.map(({ id }) => id) : [];
    };
    const first = ids(workflowRun(), 'one');
    expect(first).toHaveLength(2);
    expect(ids(workflowRun(), 'two')).toEqual(first);
    expect(new Set([...first, ...ids(run({ run_attempt: 2 }), 'three')]).size).toBe(4);
  });

  it('says so when every environment is deployed by hand', () => {
    const raw = rawConfig();
    const { production } = raw['environments'] as { production: object };
    const config = parseConfig({ ...raw, environments: { production: { ...production, deployOn: 'manual' } } });
    expect(admit(workflowRun(), config, context)).toMatchObject({ admitted: false, code: 'NothingDeploysOnPush' });
  });
});
