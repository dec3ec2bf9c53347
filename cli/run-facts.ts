import * as z from 'zod';
import { fail } from '../functions/core/errors.ts';
import type { RunFacts } from '../scanners/verdict/make.ts';

const text = (pattern: RegExp, expected: string) =>
  z.string({ error: 'is not set' }).regex(pattern, { error: `expected ${expected}` });
const number = text(/^\d{1,20}$/, 'a number');

const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;
const WORKFLOW_REF = /^[\w.-]+\/[\w.-]+\/\.github\/workflows\/[^/@]+@\S+$/;

/** As GitHub documents them under "Variables reference"; RUNNER_ENVIRONMENT is the runner's own word. */
const Variables = z
  .object({
    GITHUB_REPOSITORY: text(REPOSITORY, 'owner/name'),
    GITHUB_REPOSITORY_ID: number,
    GITHUB_SHA: text(/^[0-9a-f]{40}$/, 'a full commit SHA'),
    GITHUB_REF: text(/^refs\/\S{1,490}$/, 'a full ref, such as refs/heads/main'),
    GITHUB_WORKFLOW_REF: text(WORKFLOW_REF, 'owner/name/.github/workflows/FILE@REF'),
    GITHUB_EVENT_NAME: text(/^[a-z_]{1,100}$/, 'the name of an event'),
    RUNNER_ENVIRONMENT: text(/^(github-hosted|self-hosted)$/, 'github-hosted or self-hosted'),
    GITHUB_RUN_ID: number,
    GITHUB_RUN_ATTEMPT: text(/^[1-9]\d{0,5}$/, 'a number from 1 on'),
    GITHUB_SERVER_URL: text(/^https:\/\/\S+$/, 'an https URL').default('https://github.com'),
  })
  .superRefine(({ GITHUB_REPOSITORY: repository, GITHUB_WORKFLOW_REF: workflow }, context) => {
    if (!REPOSITORY.test(repository) || !WORKFLOW_REF.test(workflow)) return;
    if (workflow.toLowerCase().startsWith(`${repository.toLowerCase()}/`)) return;
    context.addIssue({
      code: 'custom',
      path: ['GITHUB_WORKFLOW_REF'],
      message: `expected a workflow of ${repository}, whose verdict it is`,
    });
  });

/** A run of a workflow as it sees itself. */
export interface Run {
  facts: RunFacts;
  /** Its page on GitHub. */
  url: string;
}

/**
 * Reads the variables that GitHub Actions sets in each step. An empty one counts as not set.
 * Throws InputInvalid with every one that is missing or malformed.
 */
export function runOf(env: Readonly<Record<string, string | undefined>>): Run {
  const read = Variables.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    const source = 'the variables of the workflow run';
    throw fail('InputInvalid', `This is not a run of GitHub Actions: ${problems.join('; ')}.`, { source, problems });
  }
  const set = read.data;
  const [, workflowPath = ''] = /^[^/]+\/[^/]+\/([^@]+)@/.exec(set.GITHUB_WORKFLOW_REF) ?? [];
  return {
    facts: {
      repository: set.GITHUB_REPOSITORY,
      repositoryId: set.GITHUB_REPOSITORY_ID,
      commit: set.GITHUB_SHA,
      ref: set.GITHUB_REF,
      workflowPath,
      trigger: set.GITHUB_EVENT_NAME,
      runner: set.RUNNER_ENVIRONMENT,
      runId: set.GITHUB_RUN_ID,
      runAttempt: Number(set.GITHUB_RUN_ATTEMPT),
    },
    url: `${set.GITHUB_SERVER_URL}/${set.GITHUB_REPOSITORY}/actions/runs/${set.GITHUB_RUN_ID}`,
  };
}
