import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientConfig } from './aws/client.ts';
import { deployStack, type Outputs } from './aws/deploy.ts';
import type { Delays } from './aws/front/lifecycle.ts';
import { startAws, type Aws } from './aws/start.ts';
import { startGitHub, type GitHub } from './github/github.ts';
import { openWorkspace, type Workspace } from './host/workspace.ts';
import { createKwokMachine, openLoopbackNetwork } from './node/kwok.ts';
import { createMachine, type Machine } from './node/machine.ts';
import { openNetwork, type Network } from './node/network.ts';
import { pauseImage } from './node/pause.ts';
import { startRegistry, type Registry } from './registry/registry.ts';
import type { Progress } from './setup/progress.mjs';
import type { Preparation } from './setup/prepare.ts';
import { secretNames, userCheckout } from './stack.ts';

export interface SandboxOptions {
  /** The checkout whose serverless.yml is deployed. */
  repo: string;
  preparation: Preparation;
  progress: Progress;
  /** Default: as on EC2, but in seconds. */
  delays?: Partial<Delays>;
  /** Default 1h; EventBridge Scheduler's shortest is 1m. */
  driftEvery?: string;
}

export interface Sandbox {
  workspace: Workspace;
  mode: 'node' | 'kwok';
  network: Network;
  registry: Registry;
  github: GitHub;
  machine: Machine;
  aws: Aws;
  /** Outputs of the deployed stack. */
  outputs: Outputs;
  /** The checkout that was deployed. */
  checkout: string;
  /** Where GitHub would send webhooks: `url` with the header `host`, signed with `secret`. */
  webhook: { url: string; host: string; secret: string };
  /** Name of the app's image without tag. */
  image: string;
  stop(): Promise<void>;
}

/**
 * Starts the whole local cloud with the instance stopped and the stack deployed. What can be done while the Kubernetes binary is
 * still being built is done meanwhile. When a part does not start, the others are stopped again.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await start(options, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: SandboxOptions,
  undo: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Sandbox> {
  const { preparation, progress } = options;
  const { mode } = await preparation.debian;
  const workspace = await openWorkspace();
  undo.push(() => closeWorkspace(workspace));
  const step = progress.step('Sandbox', 'network, registry, AWS');
  const network = mode === 'node' ? await openNetwork(workspace) : openLoopbackNetwork(workspace);
  undo.push(() => network.close());
  const registry = await startRegistry(workspace, { address: network.gateway });
  undo.push(() => registry.stop());
  const github = await startGitHub({
    repository: 'acme/shop',
    repositoryId: 123_456_789,
    workflow: { id: 1, name: 'CI', path: '.github/workflows/ci.yml' },
  });
  undo.push(() => github.stop());

  // The machine needs the Kubernetes binary; AWS and the stack do not. The instance stays stopped until all is there.
  const machine = createLater(mode, workspace, network, registry, preparation);
  const aws = await startAws(workspace, {
    hardware: { powerOn: async (ip) => (await machine).powerOn(ip), powerOff: async () => (await machine).powerOff() },
    nextPublicIp: () => network.nextPublicIp(),
    ministackBin: await preparation.ministack,
    nodeDir: dirname(process.execPath),
    lambdaEnv: { NODE_EXTRA_CA_CERTS: registry.caFile },
    ...(options.delays === undefined ? {} : { delays: options.delays }),
  });
  undo.push(() => aws.stop());
  // When another part fails first, nobody waits for a build of minutes: a machine that is not there needs no power off.
  let made: Machine | undefined;
  machine.then(
    (ready) => (made = ready),
    () => undefined,
  );
  undo.push(async () => made?.powerOff());

  step.update('serverless deploy');
  const image = `${registry.host}/acme/shop`;
  const checkout = userCheckout(options.repo, join(workspace.dir, 'checkout'), {
    image,
    repository: github.repository,
    repositoryId: github.repositoryId,
    githubApi: github.url,
    instance: aws.instanceId,
    check: mode === 'node',
    timeout: '60s',
    driftEvery: options.driftEvery ?? '1h',
  });
  const outputs = await deployStack({
    endpoint: aws.endpoint,
    repo: checkout,
    env: {},
    onOutput: (text) => step.update(lastLine(text)),
  });
  step.update('the Kubernetes binary');
  const { kubeconfig } = await machine;
  const secret = randomBytes(24).toString('hex');
  await storeSecrets(aws.endpoint, {
    [secretNames.kubeconfig]: kubeconfig,
    [secretNames.registry]: JSON.stringify(registry.pull),
    [secretNames.github]: github.token,
    [secretNames.webhook]: secret,
  });
  step.done(`slot ${workspace.slot}, AWS at ${aws.endpoint}`);
  const { host } = new URL(outputs['WebhookLambdaFunctionUrl'] ?? '');
  const webhook = { url: `${aws.endpoint}/`, host, secret };
  return {
    workspace,
    mode,
    network,
    registry,
    github,
    machine: await machine,
    aws,
    outputs,
    checkout,
    webhook,
    image,
    stop,
  };
}

async function createLater(
  mode: 'node' | 'kwok',
  workspace: Workspace,
  network: Network,
  registry: Registry,
  preparation: Preparation,
): Promise<Machine> {
  if (mode === 'node') {
    const pause = pauseImage();
    const kubernetes = await preparation.kubernetes;
    return createMachine(workspace, network, {
      kubernetes,
      pauseImage: await pause,
      registry: { host: registry.host, ca: registry.ca },
    });
  }
  const [kubernetes, kwok] = await Promise.all([preparation.kubernetes, preparation.kwok]);
  if (kwok === undefined) throw new Error('Without root the sandbox needs kwok, which was not built.');
  return createKwokMachine(workspace, { kubernetes, kwok });
}

async function storeSecrets(endpoint: string, secrets: Record<string, string>): Promise<void> {
  const client = new SecretsManagerClient(clientConfig(endpoint));
  try {
    for (const [Name, SecretString] of Object.entries(secrets))
      await client.send(new CreateSecretCommand({ Name, SecretString }));
  } finally {
    client.destroy();
  }
}

async function closeWorkspace(workspace: Workspace): Promise<void> {
  const left = await workspace.close();
  if (left.length > 0) throw new Error(`The sandbox could not clean up: ${left.join('; ')}`);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
