import type { Sandbox } from '../sandbox.ts';
import { kubectlFor } from './kubectl.ts';

/** One step of the demo and what came of it. */
export interface Row {
  step: string;
  outcome: string;
  /** false: the demo shows a defect. */
  asExpected: boolean;
  facts: string;
}

/** The closing table, with the time of the whole. */
export function summaryTable(rows: readonly Row[], totalMs: number): string {
  const width = (pick: (row: Row) => string, head: string): number =>
    Math.max(head.length, ...rows.map((row) => pick(row).length));
  const [step, outcome] = [width((row) => row.step, 'step'), width((row) => row.outcome, 'outcome')];
  const line = (mark: string, ...[a, b, c]: [string, string, string]): string =>
    `${mark} ${a.padEnd(step)}  ${b.padEnd(outcome)}  ${c}`.trimEnd();
  const body = rows.map((row) => line(row.asExpected ? '✓' : '✕', row.step, row.outcome, row.facts));
  const good = rows.filter(({ asExpected }) => asExpected).length;
  return [
    '',
    line(' ', 'step', 'outcome', 'facts'),
    ...body,
    '',
    `${good} of ${rows.length} steps as expected, ${(totalMs / 1_000).toFixed(0)} s in all.`,
  ].join('\n');
}

/** The exact commands to look around while the sandbox runs. */
export async function lookAround(sandbox: Sandbox, kubernetes: string): Promise<string> {
  const { aws, github, machine, registry, workspace } = sandbox;
  const { command, kubeconfig } = await kubectlFor(sandbox, kubernetes);
  const env = `AWS_ENDPOINT_URL=${aws.endpoint} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox`;
  return [
    '',
    'Everything keeps running. Look around from another terminal, in this checkout:',
    `  ${command} --kubeconfig ${kubeconfig} -n shop get deployments,pods,services`,
    `  ${env} npx hawser status`,
    `  ${env} npx hawser rollback --environment production --reason "try it"`,
    `  curl ${github.url}/repos/${github.repository}/deployments -H 'Authorization: Bearer ${github.token}'`,
    `  curl --cacert ${registry.caFile} https://${registry.host}/v2/`,
    `  ls ${workspace.dir} ${machine.dir}/var/log`,
    'Ctrl-C stops it all and leaves nothing behind.',
  ].join('\n');
}
