import { addressesContract } from '../contract/addresses.ts';
import { lockContract } from '../contract/lock.ts';
import { machinesContract } from '../contract/machines.ts';
import { queueContract } from '../contract/queue.ts';
import { releasesContract } from '../contract/releases.ts';
import { secretsContract } from '../contract/secrets.ts';
import { memoryAddresses } from './addresses.ts';
import { memoryClock } from './clock.ts';
import { memoryLock } from './lock.ts';
import { memoryMachines } from './machines.ts';
import { memoryQueue } from './queue.ts';
import { memoryReleases } from './releases.ts';
import { memorySecrets } from './secrets.ts';

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
