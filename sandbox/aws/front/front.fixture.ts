import {
  DescribeInstancesCommand,
  EC2Client,
  StartInstancesCommand,
  StopInstancesCommand,
  type Instance,
} from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { run } from '../../host/run.ts';
import { clientConfig } from '../client.ts';
import { startFront, type Front } from './front.ts';

export const ID = 'i-0123456789abcdef0';

/** A front with hardware of memory and short delays, and SDK clients that do not retry. */
export interface TestFront {
  front: Front;
  ec2: EC2Client;
  ssm: SSMClient;
  /** What the hardware was told: `on 203.0.113.10`, `off`. */
  power: string[];
  /** From now on the hardware does not boot. */
  breakHardware(): void;
  instance(): Promise<Instance>;
  start(): Promise<unknown>;
  stop(): Promise<unknown>;
  /** Polls until the instance is in the state; returns it and the states seen on the way. */
  reach(state: string): Promise<{ seen: string[]; instance: Instance }>;
  close(): Promise<void>;
}

/** Public addresses are 203.0.113.10, .11 and so on; scripts run on this machine. */
export async function testFront(upstream = 'http://127.0.0.1:9'): Promise<TestFront> {
  const power: string[] = [];
  let broken = false;
  let host = 10;
  const front = await startFront({
    upstream: () => upstream,
    instanceId: ID,
    tags: { Name: 'k3s-node' },
    openPorts: [6443],
    nextPublicIp: () => `203.0.113.${host++}`,
    // Long enough that what is on the way is seen on a busy machine, too.
    delays: { pendingMs: 700, stoppingMs: 700, statusChecksMs: 40, invocationMs: 700 },
    hardware: {
      powerOn: async (ip) => {
        if (broken) throw new Error('no kernel');
        power.push(`on ${ip}`);
      },
      powerOff: async () => void power.push('off'),
    },
    async runScript(script, timeoutMs, signal) {
      const done = await run('sh', ['-c', script], { check: false, timeoutMs, signal });
      return { ...done, code: done.code ?? -1 };
    },
  });
  const ec2 = new EC2Client({ ...clientConfig(front.url), maxAttempts: 1 });
  const ssm = new SSMClient({ ...clientConfig(front.url), maxAttempts: 1 });
  const instance = async (): Promise<Instance> => {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [ID] }));
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
    instance,
    start: () => ec2.send(new StartInstancesCommand({ InstanceIds: [ID] })),
    stop: () => ec2.send(new StopInstancesCommand({ InstanceIds: [ID] })),
    async reach(state) {
      const seen: string[] = [];
      for (;;) {
        const now = await instance();
        if (seen.at(-1) !== now.State?.Name) seen.push(now.State?.Name ?? '');
        if (now.State?.Name === state) return { seen, instance: now };
        await pause();
      }
    },
    async close() {
      ec2.destroy();
      ssm.destroy();
      await front.stop();
    },
  };
}

export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 15));
