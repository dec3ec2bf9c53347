import { createHash } from 'node:crypto';
import { connectCluster } from '../../functions/adapters/cluster.ts';
import { systemClock } from '../../functions/adapters/clock.ts';
import { memoryAddresses } from '../../functions/adapters/memory/addresses.ts';
import { memoryGitHub } from '../../functions/adapters/memory/github.ts';
import { memoryLock } from '../../functions/adapters/memory/lock.ts';
import { memoryQueue } from '../../functions/adapters/memory/queue.ts';
import { memoryReleases } from '../../functions/adapters/memory/releases.ts';
import { memorySecrets } from '../../functions/adapters/memory/secrets.ts';
import { registry as connectRegistry } from '../../functions/adapters/registry/registry.ts';
import { site } from '../../functions/adapters/site.ts';
import { parseConfig, type Config } from '../../functions/core/config.ts';
import { deploy } from '../../functions/core/deploy.ts';
import { trustOfKeys } from '../../functions/core/gate/trust.ts';
import { releaseId } from '../../functions/core/identity.ts';
import type { Machines, Ports } from '../../functions/core/ports.ts';
import type { Release } from '../../functions/core/release.ts';
import { statementOf } from '../../scanners/verdict/statement.ts';
import { githubClaims } from '../sigstore/claims.ts';
import { keySigner } from '../sigstore/key-signer.ts';
import { attach } from '../verdict/attach.ts';
import { unscanned } from '../verdict/predicate.ts';
import type { PushedImage } from '../verdict/verdict.ts';
import type { FailureCase } from './case.ts';
import type { Place } from './cluster.ts';
import { pushApp } from './images.ts';
import { manifestFiles, NODE_PORT, type Strategy } from './manifests.ts';

const INSTANCE = 'i-0123456789abcdef0';
const SECRETS = {
  pull: 'shop/registry',
  stranger: 'shop/stranger',
  kubeconfig: 'shop/kubeconfig',
  github: 'shop/github',
};
const REPOSITORY = 'acme/shop';
const REPOSITORY_ID = 42;
/** Of the policy that the gate accepts. */
const POLICY = `sha256:${'50'.repeat(32)}`;
const signer = keySigner();
/** Far beyond every verdict that is to come from what the cluster shows. */
export const LONG_MS = 120_000;
/** For what only a deadline ends: the pod must have started by then, also when the old one has to go first, on a machine that is busy. */
const SHORT_MS: Record<Strategy, number> = { surge: 10_000, replace: 10_000, recreate: 20_000 };

/** Hawser with the real cluster, registry and site, and all that it remembers in memory. */
export interface World {
  /** Where the app answers. */
  url: string;
  /**
   * Pushes a new revision of that name, and deploys it with the change. Returns the closed record. `again`: one more release of
   * the same revision; `plan`: the plan only.
   */
  release(name: string, change?: Partial<FailureCase>, how?: { again?: string; plan?: boolean }): Promise<Release>;
}

/** Composes the ports of a deploy by hand. Each release gets a config of its own, since cases differ in it. */
export function openWorld(place: Place, strategy: Strategy): World {
  const clock = systemClock;
  const secrets = memorySecrets({
    [SECRETS.pull]: JSON.stringify(place.registry.pull),
    [SECRETS.stranger]: JSON.stringify(place.registry.stranger),
    [SECRETS.kubeconfig]: place.kubeconfig,
  });
  const github = memoryGitHub();
  const silent = (): void => undefined;
  const parts: Omit<Ports, 'config' | 'manifests' | 'registry'> = {
    releases: memoryReleases(),
    lock: memoryLock({ clock }),
    queue: memoryQueue({ clock }),
    machines: running(place.address),
    addresses: memoryAddresses({ secrets }),
    secrets,
    github,
    site: site(),
    connectCluster,
    clock,
    log: { info: silent, warn: silent, error: silent },
  };
  return {
    url: `http://${place.address}:${NODE_PORT}/version`,
    async release(name, change = {}, { again = '', plan = false } = {}) {
      const revision = revisionOf(name);
      const image = change.imageName ?? `${place.registry.host}/${REPOSITORY}`;
      const pushed = await pushApp(place.registry, REPOSITORY, revision, change.image);
      if (pushed !== undefined) await signFor(place, revision, pushed);
      github.push(revision);
      const config = configOf(image, change, change.waits === true ? SHORT_MS[strategy] : LONG_MS);
      const manifests = manifestFiles(change, { registry: place.registry, image, strategy });
      const request = {
        version: 1,
        id: releaseId({ trigger: 'console', invocation: `${strategy} ${name} ${again}`, environment: 'production' }),
        action: 'deploy',
        environment: 'production',
        revision,
        trigger: 'console',
        actor: 'ana',
        requestedAt: clock.now().toISOString(),
        plan,
      } as const;
      const options = { signal: new AbortController().signal, wait: true };
      const registry = connectRegistry({ clock, secret: config.app.pull?.secret });
      const { gate, app } = config;
      const gateRules = { source: app.source, gate, policies: [POLICY], trust: trustOfKeys(gate.keys) };
      const answer = await deploy({ ...parts, registry, config, manifests, gateRules }, request, options);
      if (answer.kind !== 'ended') throw new Error(`The release of "${name}" did not end: ${answer.kind}.`);
      return answer.release;
    },
  };
}

/** The full git SHA that stands for the revision of that name. */
export function revisionOf(name: string): string {
  return createHash('sha1').update(name).digest('hex');
}

/** Attaches a verdict that lets the image in. */
async function signFor({ registry }: Place, revision: string, { digest, config }: PushedImage): Promise<void> {
  const claims = githubClaims({ repository: REPOSITORY, repositoryId: REPOSITORY_ID, sha: revision, runId: 1 });
  const predicate = unscanned(POLICY, config, claims, new Date());
  const statement = statementOf(`${registry.host}/${REPOSITORY}`, digest, predicate);
  await attach(registry, REPOSITORY, digest, signer.signWithKey(statement));
}

function configOf(image: string, { account }: Partial<FailureCase>, timeoutMs: number): Config {
  const secret = account === 'stranger' ? SECRETS.stranger : SECRETS.pull;
  return parseConfig({
    version: 1,
    app: {
      name: 'shop',
      image,
      ...(account === 'nobody' ? {} : { pull: { secret } }),
      source: { repository: REPOSITORY, repositoryId: REPOSITORY_ID, workflow: 'ci.yml', branch: 'main' },
    },
    gate: { signedBy: 'key', keys: [signer.publicKey] },
    github: { secret: SECRETS.github },
    webhook: { secret: 'shop/webhook' },
    environments: {
      production: {
        url: `http://{address}:${NODE_PORT}`,
        kubeconfig: { secret: SECRETS.kubeconfig },
        manifests: 'production',
        node: { instance: INSTANCE },
        rollout: { timeout: `${timeoutMs / 1_000}s`, check: '/version' },
      },
    },
  });
}

/** The one instance, which runs and stays where it is. */
function running(address: string): Machines {
  return {
    describe: async (instance) => ({ instance, power: 'running', address, launchTime: '2026-01-01T00:00:00.000Z' }),
    start: () => Promise.reject(new Error('The instance runs already.')),
    automation: () => Promise.reject(new Error('There is no automation.')),
  };
}
