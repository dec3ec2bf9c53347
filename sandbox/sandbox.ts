import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientConfig } from './aws/client.ts';
import { deployStack, type Outputs } from './aws/deploy.ts';
import type { Delays } from './aws/front/lifecycle.ts';
import { startAws, type Aws } from './aws/start.ts';
import { startGitHub, type GitHub } from './github/github.ts';
import { openWorkspace, type Workspace } from './host/workspace.ts';
import type { Machine } from './node/machine.ts';
import type { Network } from './node/network.ts';
import { openHardware, type Mode } from './node/open.ts';
import { startBareRegistry } from './registry/bare.ts';
import { startRegistry, type Registry } from './registry/registry.ts';
import { startAuthority, type Authority } from './sigstore/authority.ts';
import type { Progress, Step } from './setup/progress.mjs';
import type { Preparation } from './setup/prepare.ts';
import { secretNames, userCheckout } from './stack.ts';
import { leaveKubectl, writeCard } from './whereabouts.ts';

export interface SandboxOptions {
  /** The checkout whose serverless.yml is deployed. */
  repo: string;
  preparation: Preparation;
  progress: Progress;
  /** Default: as on EC2, but in seconds. */
  delays?: Partial<Delays>;
  /** Default 1h; EventBridge Scheduler's shortest is 1m. */
  driftEvery?: string;
  /** What plays the instance. Default: a real node where this machine allows it, else kwok. */
  mode?: 'node' | 'kwok';
  /** Text of a kubeconfig: a cluster of the user's plays the instance. Only what Hawser accepts; see `hawser kubeconfig check`. */
  kubeconfig?: string;
  /** Gives up between two steps. */
  signal?: AbortSignal;
}

export interface Sandbox {
  workspace: Workspace;
  mode: Mode;
  network: Network;
  registry: Registry;
  github: GitHub;
  /** Signs verdicts. The deployed stack trusts it, and no other. */
  authority: Authority;
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

/** Ends one part of the sandbox. */
type Undo = () => Promise<unknown>;

/**
 * Starts the whole local cloud with the instance stopped and the stack deployed. What can be done while the Kubernetes binary is
 * still being built is done meanwhile. When a part does not start, the others are stopped again.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const undo: Undo[] = [];
  const stop = (): Promise<void> => undoAll(undo.splice(0).reverse());
  const step = options.progress.step('Sandbox', 'network, registry, AWS');
  try {
    const sandbox = { ...(await start(options, undo, step)), stop };
    writeCard(sandbox);
    step.done(`slot ${sandbox.workspace.slot}, AWS at ${sandbox.aws.endpoint}`);
    return sandbox;
  } catch (error) {
    step.fail(error);
    await stop().catch((problem: unknown) => options.progress.log(String(problem)));
    throw error;
  }
}

async function start(options: SandboxOptions, undo: Undo[], step: Step): Promise<Omit<Sandbox, 'stop'>> {
  const { preparation, progress, kubeconfig, signal } = options;
  const mode = kubeconfig === undefined ? (options.mode ?? (await preparation.debian).mode) : 'cluster';
  signal?.throwIfAborted();
  const workspace = await openWorkspace();
  undo.push(() => closeWorkspace(workspace));
  const hardware = await openHardware(workspace, { mode, preparation, progress, kubeconfig });
  const { network } = hardware;
  undo.push(() => network.close());
  const startOne = mode === 'node' ? startRegistry : startBareRegistry;
  const registry = await startOne(workspace, { address: network.gateway });
  undo.push(() => registry.stop());
  const github = await startGitHub({
    repository: 'acme/shop',
    repositoryId: 123_456_789,
    workflow: { id: 1, name: 'CI', path: '.github/workflows/ci.yml' },
  });
  undo.push(() => github.stop());
  const authority = await startAuthority();
  undo.push(() => authority.stop());

  // The machine needs the Kubernetes binary; AWS and the stack do not. The instance stays stopped until all is there.
  const later = hardware.createMachine({ host: registry.host, ca: registry.ca });
  later.catch(() => undefined);
  const aws = await startAws(workspace, {
    hardware: {
      async powerOn(address) {
        const machine = await later;
        await machine.powerOn(address);
        leaveKubectl(workspace.dir, machine.kubeconfig, { address });
      },
      powerOff: async () => (await later).powerOff(),
    },
    nextPublicIp: () => network.nextPublicIp(),
    ministackBin: await preparation.ministack,
    nodeDir: dirname(process.execPath),
    lambdaEnv: { NODE_EXTRA_CA_CERTS: registry.caFile },
    ...(options.delays === undefined ? {} : { delays: options.delays }),
    // Elsewhere there is no computer, and SSM knows of no instance.
    ...(mode === 'node' ? { runScript: async (...script) => (await later).run(...script) } : {}),
  });
  undo.push(() => aws.stop());
  undo.push(async () => (await later.catch(() => undefined))?.powerOff());
  signal?.throwIfAborted();

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
    trustedRoot: authority.trustedRoot,
  });
  const outputs = await deployStack({
    endpoint: aws.endpoint,
    repo: checkout,
    env: {},
    onOutput: (text) => step.update(lastLine(text)),
  });
  signal?.throwIfAborted();
  step.update('the Kubernetes binary');
  const machine = await later;
  leaveKubectl(workspace.dir, machine.kubeconfig, { kubernetes: await preparation.kubernetes });
  const secret = randomBytes(24).toString('hex');
  await storeSecrets(aws.endpoint, {
    [secretNames.kubeconfig]: machine.kubeconfig,
    [secretNames.registry]: JSON.stringify(registry.pull),
    [secretNames.github]: github.token,
    [secretNames.webhook]: secret,
  });
  const { host } = new URL(outputs['WebhookLambdaFunctionUrl'] ?? '');
  const webhook = { url: `${aws.endpoint}/`, host, secret };
  return { workspace, mode, network, registry, github, authority, machine, aws, outputs, checkout, webhook, image };
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

/** Every step, also after one that failed; the failures are told together. */
async function undoAll(steps: Undo[]): Promise<void> {
  const problems: string[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

async function closeWorkspace(workspace: Workspace): Promise<void> {
  const left = await workspace.close();
  if (left.length > 0) throw new Error(`The sandbox could not clean up: ${left.join('; ')}`);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
