import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientConfig } from '../aws/client.ts';
import { run } from '../host/run.ts';
import type { Sandbox } from '../sandbox.ts';
import { secretNames } from '../stack.ts';

/** Runs kubectl as a person would, with the kubeconfig from Secrets Manager, which Hawser keeps at the address of the moment. */
export async function kubectl(sandbox: Sandbox, kubernetes: string, args: string[]): Promise<string> {
  const { command, kubeconfig } = await kubectlFor(sandbox, kubernetes);
  return (await run(command, ['--kubeconfig', kubeconfig, ...args], { timeoutMs: 30_000 })).stdout;
}

/** The command and a kubeconfig file that is current now, both in the sandbox's folder. `kubernetes`: the multi-call binary. */
export async function kubectlFor(
  sandbox: Sandbox,
  kubernetes: string,
): Promise<{ command: string; kubeconfig: string }> {
  const command = join(sandbox.workspace.dir, 'kubectl');
  // The binary is every Kubernetes command; it goes by the name that it is called by.
  if (!existsSync(command)) symlinkSync(kubernetes, command);
  const client = new SecretsManagerClient(clientConfig(sandbox.aws.endpoint));
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: secretNames.kubeconfig }));
    const kubeconfig = join(sandbox.workspace.dir, 'kubeconfig');
    writeFileSync(kubeconfig, SecretString, { mode: 0o600 });
    return { command, kubeconfig };
  } finally {
    client.destroy();
  }
}
