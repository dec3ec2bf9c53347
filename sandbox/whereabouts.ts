import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withAddress } from '../functions/core/kubeconfig/kubeconfig-address.ts';
import { SANDBOX_ENV } from './aws/client.ts';
import type { Sandbox } from './sandbox.ts';

/** What other processes may know of a running sandbox; no secret is in it. */
export interface Card {
  mode: Sandbox['mode'];
  endpoint: string;
  instance: string;
  webhook: { url: string; host: string };
  github: string;
  registry: string;
}

/** Leaves the card in the sandbox's folder, for `npm run sandbox -- status`. */
export function writeCard(sandbox: Sandbox): void {
  const { mode, aws, webhook, github, registry } = sandbox;
  const card: Card = {
    mode,
    endpoint: aws.endpoint,
    instance: aws.instanceId,
    webhook: { url: webhook.url, host: webhook.host },
    github: github.url,
    registry: registry.host,
  };
  writeFileSync(cardFile(sandbox.workspace.dir), JSON.stringify(card));
}

/** undefined while the sandbox is still starting. */
export function readCard(dir: string): Card | undefined {
  try {
    return JSON.parse(readFileSync(cardFile(dir), 'utf8')) as Card;
  } catch {
    return undefined;
  }
}

function cardFile(dir: string): string {
  return join(dir, 'sandbox.json');
}

/**
 * Leaves kubectl and a kubeconfig for a person in the sandbox's folder. `address`: where the API server is now; without it the file
 * says what it says on the node. `kubernetes`: the multi-call binary, which goes by the name that it is called by.
 */
export function leaveKubectl(
  dir: string,
  kubeconfig: string,
  { address, kubernetes = '' }: { address?: string; kubernetes?: string },
): void {
  const text = address === undefined ? kubeconfig : withAddress(kubeconfig, 'the sandbox', address);
  writeFileSync(join(dir, 'kubeconfig'), text, { mode: 0o600 });
  const command = join(dir, 'kubectl');
  if (kubernetes !== '' && !existsSync(command)) symlinkSync(kubernetes, command);
}

/** What is where and how to look at it, for a terminal. It names the credentials of the sandbox, which are worth nothing elsewhere. */
export function whereabouts(sandbox: Sandbox): string {
  const { aws, github, machine, mode, registry, webhook, workspace } = sandbox;
  const kubectl = mode === 'cluster' ? 'kubectl' : join(workspace.dir, 'kubectl');
  const start = `aws ec2 start-instances --instance-ids ${aws.instanceId}`;
  const environment = { AWS_ENDPOINT_URL: aws.endpoint, ...SANDBOX_ENV };
  return [
    '',
    'AWS: the stack is deployed; the instance can be started and stopped.',
    ...Object.entries(environment).map(([name, value]) => `  export ${name}=${value}`),
    `  ${start}`,
    '  npx hawser status',
    'Webhook: the function URL, and GitHub’s secret of it.',
    `  ${webhook.url} with the header "Host: ${webhook.host}"`,
    `  secret ${webhook.secret}`,
    `Kubernetes: ${KUBERNETES[mode]}`,
    `  ${kubectl} --kubeconfig ${join(workspace.dir, 'kubeconfig')} get nodes`,
    'Registry: a private one; its certificate is signed by the sandbox’s own authority.',
    `  curl --cacert ${registry.caFile} https://${registry.host}/v2/`,
    `  image ${sandbox.image}`,
    `  to push: ${registry.push.username} / ${registry.push.password}`,
    `  to pull: ${registry.pull.username} / ${registry.pull.password}`,
    'GitHub: a stand-in of the endpoints that Hawser uses.',
    `  curl -H 'Authorization: Bearer ${github.token}' ${github.url}/repos/${github.repository}/deployments`,
    'Logs',
    `  ${workspace.dir} (*.log)`,
    ...(mode === 'node' ? [`  ${machine.dir}/var/log (of the instance)`] : []),
    '',
    'Ctrl-C stops it all and leaves nothing behind.',
  ].join('\n');
}

const KUBERNETES: Readonly<Record<Sandbox['mode'], string>> = {
  node: 'answers while the instance runs; the file follows its address.',
  kwok: 'answers while the instance runs; kwok plays the kubelet, so no pod really runs.',
  cluster: 'your own cluster; start and stop of the instance change nothing there.',
};
