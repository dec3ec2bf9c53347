import { beforeEach, describe, expect, test } from 'vitest';
import type { Automation, Machines, NodeState } from '../../core/ports.ts';

export interface MachinesHarness {
  machines: Machines;
  /** An instance that is stopped. */
  instance: string;
  /** Lets a little time go by. */
  pause(): Promise<void>;
  stop(): Promise<void>;
  /** The next start meets this EC2 error code, or ends with this state reason (`Client.…`, `Server.…`). */
  failNextStart(code: string): void;
}

/** What every EC2 does to whom starts an instance. `make` gives one whose instance is stopped. */
export function machinesContract(name: string, make: () => Promise<MachinesHarness>): void {
  describe(`machines: ${name}`, () => {
    let harness: MachinesHarness;
    const describeNow = (): Promise<NodeState> => harness.machines.describe(harness.instance);
    const waitFor = async <T>(look: () => Promise<T>, is: (value: T) => boolean): Promise<T[]> => {
      const seen: T[] = [];
      for (let left = 400; left > 0; left--) {
        const value = await look();
        seen.push(value);
        if (is(value)) return seen;
        await harness.pause();
      }
      throw new Error(`It never came; the last was ${JSON.stringify(seen.at(-1))}`);
    };
    const until = (power: NodeState['power']) => waitFor(describeNow, (state) => state.power === power);
    const endOf = async (id: string): Promise<Automation | undefined> =>
      (
        await waitFor(
          () => harness.machines.automation(id),
          ({ status }) => status !== 'running',
        )
      ).at(-1);

    beforeEach(async () => {
      harness = await make();
    });

    test('a stopped instance has no address', async () => {
      const state = await describeNow();
      expect(state).toMatchObject({ instance: harness.instance, power: 'stopped' });
      expect(state).not.toHaveProperty('address');
    });

    test('a start goes through pending to running, with an address only then; the next boot has another', async () => {
      const boot = async (): Promise<NodeState> => {
        const id = await harness.machines.start(harness.instance);
        const seen = await until('running');
        const before = seen.filter(({ power }) => power !== 'running');
        expect(before.map(({ power }) => power)).toContain('pending');
        expect(before.filter(({ address }) => address !== undefined)).toEqual([]);
        expect(await endOf(id)).toEqual({ id, status: 'succeeded' });
        return describeNow();
      };
      const first = await boot();
      expect(first.address).toMatch(/^203\.0\.113\.\d+$/);
      expect(new Date(first.launchTime ?? '').toISOString()).toBe(first.launchTime);

      await harness.stop();
      const stopping = await until('stopped');
      expect(stopping.map(({ power }) => power)).toContain('stopping');
      expect(stopping.filter(({ address }) => address !== undefined)).toEqual([]);

      const second = await boot();
      expect(second.address).not.toBe(first.address);
      expect(Date.parse(second.launchTime ?? '')).toBeGreaterThan(Date.parse(first.launchTime ?? ''));
    });

    test('a start of a running instance changes nothing', async () => {
      await harness.machines.start(harness.instance);
      await until('running');
      const before = await describeNow();
      const id = await harness.machines.start(harness.instance);
      expect(await endOf(id)).toMatchObject({ status: 'succeeded' });
      expect(await describeNow()).toEqual(before);
    });

    test('a start while it is stopping fails with EC2’s word for that', async () => {
      await harness.machines.start(harness.instance);
      await until('running');
      await harness.stop();
      const id = await harness.machines.start(harness.instance);
      expect(await endOf(id)).toMatchObject({
        status: 'failed',
        failure: expect.stringContaining('IncorrectInstanceState'),
      });
    });

    test.each(['InsufficientInstanceCapacity', 'UnauthorizedOperation'])(
      'a start that EC2 refuses fails with its code %s, and the instance stays stopped',
      async (code) => {
        harness.failNextStart(code);
        const id = await harness.machines.start(harness.instance);
        expect(await endOf(id)).toMatchObject({ id, status: 'failed', failure: expect.stringContaining(code) });
        expect((await describeNow()).power).toBe('stopped');
      },
    );

    test('an instance that stops again instead of running says why', async () => {
      harness.failNextStart('Client.InternalError');
      const id = await harness.machines.start(harness.instance);
      expect(await endOf(id)).toMatchObject({ status: 'failed' });
      expect(await describeNow()).toMatchObject({
        power: 'stopped',
        reason: expect.stringContaining('Client.InternalError'),
      });
    });

    test('an unknown instance is NodeGone, an unknown execution NodeStartFailed', async () => {
      const other = 'i-0fffffffffffffff0';
      await expect(harness.machines.describe(other)).rejects.toMatchObject({
        code: 'NodeGone',
        message: expect.stringContaining(other),
      });
      const id = '00000000-0000-4000-8000-000000000000';
      await expect(harness.machines.automation(id)).rejects.toMatchObject({
        code: 'NodeStartFailed',
        message: expect.stringContaining(id),
      });
    });
  });
}
