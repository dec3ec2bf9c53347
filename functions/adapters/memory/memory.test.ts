import { addressesContract } from '../contract/addresses.ts';
import { githubContract } from '../contract/github.ts';
import { lockContract } from '../contract/lock.ts';
import { machinesContract } from '../contract/machines.ts';
import { queueContract } from '../contract/queue.ts';
import { registryContract } from '../contract/registry.ts';
import { releasesContract } from '../contract/releases.ts';
import { secretsContract } from '../contract/secrets.ts';
import { siteContract } from '../contract/site.ts';
import { memoryAddresses } from './addresses.ts';
import { memoryClock } from './clock.ts';
import { memoryGitHub } from './github.ts';
import { memoryLock } from './lock.ts';
import { memoryMachines } from './machines.ts';
import { memoryQueue } from './queue.ts';
import { memoryRegistry } from './registry.ts';
import { memoryReleases } from './releases.ts';
import { memorySecrets } from './secrets.ts';
import { memorySite } from './site.ts';

releasesContract('memory', memoryReleases);
lockContract('memory', (clock) => memoryLock({ clock }));
secretsContract('memory', async (_clock, name, value) => memorySecrets({ [name]: value }));

queueContract('memory', async () => {
  const queue = memoryQueue({ clock: memoryClock() });
  return {
    queue,
    async receive() {
      const message = queue.receive();
      return message && { body: message.body, done: async () => message.done() };
    },
    buried: async () => queue.buried,
  };
});

addressesContract('memory', async () => {
  const secrets = memorySecrets();
  const addresses = memoryAddresses({ secrets });
  return {
    addresses,
    secrets,
    store: async (name, value) => secrets.create(name, value),
    parameter: async (name) => addresses.parameters.get(name),
  };
});

machinesContract('memory', async () => {
  const clock = memoryClock();
  const instance = 'i-0123456789abcdef0';
  const machines = memoryMachines({ clock, instances: [instance] });
  return {
    machines,
    instance,
    pause: () => clock.advance(1_000),
    stop: async () => machines.stop(instance),
    failNextStart: (code) => machines.failNextStart(code),
  };
});

githubContract('memory', async () => {
  const github = memoryGitHub();
  let count = 0;
  const sha = (): string => (++count).toString(16).padStart(40, '0');
  return {
    github,
    push: (message, author) => {
      const revision = sha();
      github.push(revision, { message, author });
      return revision;
    },
    pushAside: () => {
      const revision = sha();
      github.tag(revision);
      return revision;
    },
    completeRun: (headSha, jobs) => {
      github.setRun(1, 1, {
        number: 1,
        status: 'completed',
        conclusion: 'success',
        headSha,
        path: '.github/workflows/ci.yml',
        event: 'push',
        url: 'https://github.com/acme/shop/actions/runs/1',
        jobs: jobs.map((job) => ({ ...job, url: 'https://github.com/acme/shop/actions/runs/1/job/1' })),
      });
      return [1, 1];
    },
    statuses: (deployment) => github.told().filter((status) => status.deployment === deployment),
  };
});

registryContract('memory', async () => {
  const credential = { username: 'node', password: 'pull-token-0123456789' };
  const stranger = { username: 'stranger', password: 'other-token-0123456789' };
  const registry = memoryRegistry(credential, stranger);
  const image = 'registry.test/acme/shop';
  const next = (): string => `sha256:${(++count).toString(16).padStart(64, '0')}`;
  let count = 0;
  return {
    registry,
    image,
    credential,
    stranger,
    push: async (tag, platform) => {
      const [digest, config] = [next(), next()];
      registry.push(image, tag, digest, { kind: 'image', config, platform });
      return { digest, config };
    },
    pushIndex: async (tag, images) => {
      const digest = next();
      registry.push(image, tag, digest, { kind: 'index', images: [...images] });
      return digest;
    },
    attach: async (digest, text, predicateType) => registry.attach(image, digest, text, predicateType),
  };
});

siteContract('memory', async () => {
  let answer: { status: number; revision?: string } | undefined;
  return {
    site: memorySite(() => answer),
    serve: async (given) => {
      answer = given;
      return 'http://203.0.113.1:31445/version';
    },
  };
});
