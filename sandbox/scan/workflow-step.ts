import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { load } from 'js-yaml';
import * as z from 'zod';
import { run, type RunResult } from '../host/run.ts';
import { ROOT } from '../setup/npm.mjs';

const Step = z.looseObject({
  name: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.coerce.string()).default({}),
});
const Workflow = z.looseObject({
  jobs: z.record(z.string(), z.looseObject({ if: z.string().optional(), steps: z.array(Step) })),
});

/** The jobs of a workflow of this repository, as far as tests look at them. */
export function workflowJobs(file: string): z.output<typeof Workflow>['jobs'] {
  return Workflow.parse(load(readFileSync(join(ROOT, '.github/workflows', file), 'utf8'))).jobs;
}

/**
 * Runs a step of ci.yml as a runner of GitHub's would: its own script, in the shell that the workflow names, with its own variables where
 * they are plain text.
 * @param given the variables of the runner, and those of the step that are expressions
 */
export function runStep(job: string, name: string, cwd: string, given: Record<string, string>): Promise<RunResult> {
  const step = workflowJobs('ci.yml')[job]?.steps.find((one) => one.name === name);
  if (step?.run === undefined) throw new Error(`ci.yml has no step "${name}" with a script in its job ${job}.`);
  const open = Object.entries(step.env).filter(([key, value]) => value.includes('${{') && !(key in given));
  if (open.length > 0) throw new Error(`The step "${name}" needs ${open.map(([key]) => key).join(', ')}.`);
  const path = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  const env = { PATH: path, LANG: 'C.UTF-8', ...step.env, ...given };
  return run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], { cwd, env, check: false });
}
