import { beforeEach, describe, expect, test } from 'vitest';
import { memoryClock, type MemoryClock } from '../../adapters/memory/clock.ts';
import { memoryMachines, type MemoryMachines } from '../../adapters/memory/machines.ts';
import { fail } from '../errors.ts';
import type { Machines, NodeState, PowerState } from '../ports.ts';
import { startFailure, wake, type AwakeNode, type WakeOptions } from './wake.ts';

const instance = 'i-0123456789abcdef0';
const forever = new AbortController().signal;

let clock: MemoryClock;
let machines: MemoryMachines;
let said: string[];

beforeEach(() => {
  clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });
  machines = memoryMachines({ clock, instances: [instance] });
  said = [];
});

function run(options: Partial<WakeOptions> = {}, of: Machines = machines, signal = forever): Promise<AwakeNode> {
  const all = { environment: 'production', instance, wakeOnDeploy: true, timeoutMs: 120_000, ...options };
  return wake({ machines: of, clock }, all, (text) => void said.push(text), signal);
}

/** Machines whose instance is in the given states, one look after the other; the last one stays. */
function states(...list: (Partial<NodeState> & { power: PowerState })[]): Machines & { started: number } {
  let look = 0;
  const fake = {
    started: 0,
    describe: async () => ({ ...(list[Math.min(look++, list.length - 1)] as NodeState), instance }),
    start: async () => `automation-${++fake.started}`,
    automation: async (id: string) => ({ id, status: 'running' as const }),
  };
  return fake;
}

const up = { power: 'running', address: '203.0.113.9', launchTime: '2026-01-01T00:00:00.000Z' } as const;

test('a stopped node is started, and its address is the one of this boot', async () => {
  expect(await run()).toEqual({
    instance,
    address: '203.0.113.1',
    launchTime: '2026-01-01T00:00:00.000Z',
    started: true,
  });
  expect(said[0]).toBe(`starting ${instance} by SSM Automation`);
  expect(said.at(-1)).toBe(`${instance} runs at 203.0.113.1`);
});

test('a running node is not started', async () => {
  const fake = states(up);
  expect(await run({}, fake)).toMatchObject({ address: '203.0.113.9', started: false });
  expect(fake.started).toBe(0);
});

test('one that is starting already is waited for, not started', async () => {
  const fake = states({ power: 'pending' }, { power: 'pending' }, up);
  expect(await run({}, fake)).toMatchObject({ started: false });
  expect(fake.started).toBe(0);
  expect(said[0]).toBe(`${instance} is pending`);
});

test('one that is stopping is started when it has stopped, once', async () => {
  const fake = states(
    { power: 'stopping' },
    { power: 'stopping' },
    { power: 'stopped' },
    { power: 'stopped' },
    { power: 'pending' },
    up,
  );
  expect(await run({}, fake)).toMatchObject({ started: true });
  expect(fake.started).toBe(1);
  expect(said[0]).toContain('is still stopping');
});

test('a running node without an address is waited for', async () => {
  const fake = states({ power: 'running', launchTime: up.launchTime }, up);
  expect((await run({}, fake)).address).toBe('203.0.113.9');
  expect(said[0]).toContain('waiting for its public address');
});

test.each<PowerState>(['terminated', 'shutting-down'])('%s is NodeGone at once', async (power) => {
  await expect(run({}, states({ power }))).rejects.toMatchObject({
    code: 'NodeGone',
    message: `Instance ${instance} is ${power}; it cannot be started again.`,
    hint: expect.stringContaining(instance) as string,
  });
  expect(clock.now().toISOString()).toBe('2026-01-01T00:00:00.000Z');
});

test('an instance that is not there is NodeGone', async () => {
  await expect(run({ instance: 'i-0ffffffffffffffff' })).rejects.toMatchObject({ code: 'NodeGone' });
});

test('wakeOnDeploy: false leaves a stopped node asleep', async () => {
  const fake = states({ power: 'stopped' });
  await expect(run({ wakeOnDeploy: false }, fake)).rejects.toMatchObject({ code: 'NodeAsleep' });
  expect(fake.started).toBe(0);
});

test.each<[PowerState, string]>([
  ['running', 'AddressNotReady'],
  ['pending', 'NodeStartTimedOut'],
  ['stopping', 'NodeStartTimedOut'],
])('a node that stays %s ends as %s when the time is up', async (power, code) => {
  await expect(run({}, states({ power }))).rejects.toMatchObject({
    code,
    retryable: true,
    message: expect.stringContaining('120 s') as string,
    hint: expect.not.stringContaining('…') as string,
  });
  expect(clock.now().getTime()).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1, 0, 2));
});

test.each([
  ['InsufficientInstanceCapacity', 'NodeCapacityUnavailable'],
  ['UnauthorizedOperation', 'AccessDenied'],
  ['VcpuLimitExceeded', 'NodeStartFailed'],
  ['Client.InternalError', 'NodeStartFailed'],
])('a start that EC2 refuses or takes back, %s, is %s with EC2’s words', async (fault, code) => {
  machines.failNextStart(fault);
  await expect(run()).rejects.toMatchObject({ code, message: expect.stringContaining(fault) as string });
});

describe('while AWS limits the rate or does not answer', () => {
  test.each(['ThrottledByAws', 'AwsUnavailable'] as const)('%s is waited out, at each call', async (code) => {
    const refusals = { describe: 2, start: 1, automation: 1 };
    const patient: Machines = {
      describe: (id) => flaky('describe', () => machines.describe(id)),
      start: (id) => flaky('start', () => machines.start(id)),
      automation: (id) => flaky('automation', () => machines.automation(id)),
    };
    const flaky = <T>(name: keyof typeof refusals, call: () => Promise<T>): Promise<T> =>
      refusals[name]-- > 0 ? Promise.reject(fail(code, `AWS does not serve ${name}.`, { action: name })) : call();
    expect(await run({}, patient)).toMatchObject({ started: true });
    expect(said).toContain('waiting for AWS: AWS does not serve describe.');
  });

  test('it is asked less and less often', async () => {
    const times: number[] = [];
    const fake = {
      ...states(up),
      describe: async () => {
        times.push(clock.now().getTime());
        throw fail('ThrottledByAws', 'Slow down.', { action: 'ec2:DescribeInstances' });
      },
    };
    await expect(run({}, fake)).rejects.toMatchObject({ code: 'ThrottledByAws' });
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(pauses.slice(0, 5)).toEqual([2_000, 4_000, 8_000, 15_000, 15_000]);
  });

  test('any other error ends it', async () => {
    const fake = {
      ...states(up),
      describe: () => Promise.reject(fail('AccessDenied', 'No.', { action: 'a', resource: 'b' })),
    };
    await expect(run({}, fake)).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});

test('ends with the signal, with its reason', async () => {
  const time = new AbortController();
  const reason = new Error('the time is up');
  const fake = states({ power: 'pending' });
  const call = run({}, { ...fake, describe: (id) => (time.abort(reason), fake.describe(id)) }, time.signal);
  await expect(call).rejects.toBe(reason);
});

test.each([
  ['Server.InsufficientHostCapacity: no room', 'NodeCapacityUnavailable'],
  ['You are not authorized to perform this operation', 'AccessDenied'],
  ['the automation a-1 ended with cancelled', 'NodeStartFailed'],
])('startFailure sorts: %s', (text, code) => {
  expect(startFailure(instance, text)).toMatchObject({ code, hint: expect.not.stringContaining('…') as string });
});
