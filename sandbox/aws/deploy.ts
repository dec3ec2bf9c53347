import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { run } from '../host/run.ts';
import { clientConfig, SANDBOX_ENV } from './client.ts';

export interface DeployOptions {
  endpoint: string;
  /** Folder with serverless.yml and node_modules. */
  repo: string;
  /** What serverless.yml reads by `${env:…}`. */
  env: Record<string, string>;
  onOutput: (text: string) => void;
}

/** Outputs of the deployed stack by their name in the template. */
export type Outputs = Record<string, string>;

/**
 * Deploys the project's own serverless.yml to the sandbox with the project's own Serverless Framework, which talks to
 * `endpoint` only. Fails with the last lines of its output when the deploy does.
 */
export async function deployStack({ endpoint, repo, env, onOutput }: DeployOptions): Promise<Outputs> {
  let stack: string | undefined;
  const serverless = join(repo, 'node_modules/serverless/bin/serverless.js');
  await run(process.execPath, [serverless, 'deploy', '--verbose'], {
    cwd: repo,
    onOutput(text) {
      stack ??= /deployed to stack (\S+)/.exec(text)?.[1];
      onOutput(text);
    },
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...env,
      ...SANDBOX_ENV,
      AWS_ENDPOINT_URL: endpoint,
      // No profile or region of the user may lead the deploy to a real account.
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      // osls asks for the stack's state this often, milliseconds; 5 s by default, for AWS' limits.
      SLS_AWS_MONITORING_FREQUENCY: '100',
      SLS_INTERACTIVE_SETUP_ENABLE: '',
      CI: '1',
    },
  });
  if (stack === undefined) throw new Error('serverless deploy did not say which stack it deployed.');
  return outputsOf(endpoint, stack);
}

async function outputsOf(endpoint: string, stack: string): Promise<Outputs> {
  const client = new CloudFormationClient(clientConfig(endpoint));
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    return Object.fromEntries((Stacks?.[0]?.Outputs ?? []).map((one) => [one.OutputKey ?? '', one.OutputValue ?? '']));
  } finally {
    client.destroy();
  }
}
