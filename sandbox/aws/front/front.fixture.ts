import {
  DescribeInstancesCommand,
  EC2Client,
  StartInstancesCommand,
  StopInstancesCommand,
  type Instance,
} from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { watchedHardware } from '../../../functions/adapters/contract/watched-hardware.ts';
import { run } from '../../host/run.ts';
import { clientConfig } from '../client.ts';
import { startFront, type Front } from './front.ts';

export const ID = 'i-0123456789abcdef0';

/** A front with hardware of memory, which follows at once, and SDK clients that do not retry. */
export interface TestFront {
  front: Front;
  ec2: EC2Client;
  ssm: SSMClient;
  /** What the hardware was told: `on 203.0.113.10`, `off`. */
  power: string[];
  /** From now on the hardware does not boot. */
  breakHardware(): void;
  /** From now on the hardware follows only once the instance was looked at meanwhile: each state on the way is seen. */
  watchHardware(): void;
  instance(): Promise<Instance>;
  start(): Promise<unknown>;
  stop(): Promise<unknown>;
  /** Polls until the instance is in the state; returns it, the states seen on the way, and the public addresses that it had there. */
  reach(state: string): Promise<{ seen: string[]; addresses: string[]; instance: Instance }>;
  close(): Promise<void>;
}

/** Public addresses are 203.0.113.10, .11 and so on; scripts run on this machine. A new command is there after `invocationMs`. */
export async function testFront({ upstream = 'http://127.0.0.1:9', invocationMs = 0 } = {}): Promise<TestFront> {
  const power: string[] = [];
  const watched = watchedHardware();
  let [isWatched, broken] = [false, false];
  let host = 10;
  const front = await startFront({
    upstream: () => upstream,
    instanceId: ID,
    tags: { Name: 'k3s-node' },
    openPorts: [6443],
    nextPublicIp: () => `203.0.113.${host++}`,
    delays: { pendingMs: 0, stoppingMs: 0, statusChecksMs: 40, invocationMs },
    hardware: {
      powerOn: async (ip) => {
        if (isWatched) await watched.hardware.powerOn(ip);
        if (broken) throw new Error('no kernel');
        power.push(`on ${ip}`);
      },
      powerOff: async () => {
        if (isWatched) await watched.hardware.powerOff();
        power.push('off');
      },
    },
    async runScript(script, timeoutMs, signal) {
      const done = await run('sh', ['-c', script], { check: false, timeoutMs, signal });
      return { ...done, code: done.code ?? -1 };
    },
  });
  const ec2 = new EC2Client({ ...clientConfig(front.url), maxAttempts: 1 });
  const ssm = new SSMClient({ ...clientConfig(front.url), maxAttempts: 1 });
  const instance = async (): Promise<Instance> => {
    const { Reservations } = await watched.look(() => ec2.send(new DescribeInstancesCommand({ InstanceIds: [ID] })));
    const found = Reservations?.[0]?.Instances?.[0];
    if (!found) throw new Error('no instance');
    return found;
  };
  return {
    front,
    ec2,
    ssm,
    power,
    breakHardware: () => void (broken = true),
    watchHardware: () => void (isWatched = true),
    instance,
    start: () => ec2.send(new StartInstancesCommand({ InstanceIds: [ID] })),
    stop: () => ec2.send(new StopInstancesCommand({ InstanceIds: [ID] })),
    async reach(state) {
      const seen: string[] = [];
      const addresses: string[] = [];
      for (;;) {
        const now = await instance();
        if (seen.at(-1) !== now.State?.Name) seen.push(now.State?.Name ?? '');
        if (now.State?.Name === state) return { seen, addresses, instance: now };
        if (now.PublicIpAddress !== undefined) addresses.push(now.PublicIpAddress);
        await pause();
      }
    },
    async close() {
      ec2.destroy();
      ssm.destroy();
      watched.release();
      await front.stop();
    },
  };
}

export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 15));
