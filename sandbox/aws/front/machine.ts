import { awsError } from './error.ts';
import * as lifecycle from './lifecycle.ts';
import type { Delays, InstanceState, Lifecycle } from './lifecycle.ts';

/** The computer behind the instance. Calls never overlap. */
export interface Hardware {
  /** Boots it with this public address; resolves when it is on. */
  powerOn(publicIp: string): Promise<void>;
  /** Cuts the power; resolves when it is off. */
  powerOff(): Promise<void>;
}

export interface MachineOptions {
  id: string;
  hardware: Hardware;
  delays: Delays;
  /** The address to boot with: the Elastic IP, or a new one at each start. */
  publicIp: () => string;
  /** What went wrong behind the API, for the sandbox's owner. */
  log: (line: string) => void;
}

export interface Change {
  instanceId: string;
  previous: InstanceState;
  current: InstanceState;
}

export interface Machine {
  readonly id: string;
  /** The lifecycle as it is now. */
  life(): Lifecycle;
  /** The address of this boot, once the instance runs; none in any other state. */
  bootIp(): string | undefined;
  /** `initializing` until the status checks of a running instance are done, `not-applicable` in other states. */
  status(): 'ok' | 'initializing' | 'not-applicable';
  start(doom?: string): Change;
  stop(): Change;
  reboot(): void;
  terminate(): Change;
  powerLost(): void;
  /** Resolves when the hardware has followed everything asked so far. */
  settled(): Promise<void>;
}

/** One EC2 instance: the lifecycle's rules, with real hardware following them. */
export function createMachine({ id, hardware, delays, publicIp, log }: MachineOptions): Machine {
  let current = lifecycle.stoppedAt(Date.now());
  let ip: string | undefined;
  let power: Promise<void> = Promise.resolve();

  const life = (): Lifecycle => (current = lifecycle.nextState(current, Date.now(), delays));

  const queue = (what: string, work: () => Promise<void>, failed: () => void): void => {
    power = power.then(work).catch((error: unknown) => {
      log(`${id}: ${what} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      failed();
    });
  };

  const powerOn = (address: string): void =>
    queue(
      'power on',
      async () => {
        await hardware.powerOn(address);
        current = { ...current, powered: true };
      },
      () => {
        current = { ...current, doom: 'Server.InternalError' };
      },
    );

  /** An instance whose hardware does not go off stays in stopping, as on EC2. */
  const powerOff = (): void =>
    queue(
      'power off',
      async () => {
        await hardware.powerOff();
        current = { ...current, powered: false };
      },
      () => undefined,
    );

  const change = (previous: InstanceState): Change => ({ instanceId: id, previous, current: current.state });

  return {
    id,
    life,
    bootIp: () => (life().state === 'running' ? ip : undefined),
    status() {
      const { state, since } = life();
      if (state !== 'running') return 'not-applicable';
      return Date.now() - since >= delays.statusChecksMs ? 'ok' : 'initializing';
    },
    start(doom) {
      const before = life();
      const after = lifecycle.started(before, Date.now(), doom);
      if (after === undefined) throw refused(id, 'started');
      current = after;
      if (after !== before && doom === undefined) powerOn((ip = publicIp()));
      return change(before.state);
    },
    stop() {
      const before = life();
      const after = lifecycle.stopped(before, Date.now());
      if (after === undefined) throw refused(id, 'stopped');
      current = after;
      if (after !== before) powerOff();
      return change(before.state);
    },
    reboot() {
      if (life().state !== 'running') throw refused(id, 'rebooted');
      powerOff();
      if (ip !== undefined) powerOn(ip);
    },
    terminate() {
      const before = life();
      current = lifecycle.terminated(before, Date.now());
      if (current !== before) powerOff();
      return change(before.state);
    },
    powerLost() {
      if (['running', 'pending'].includes(life().state)) current = lifecycle.powerLost(current, Date.now());
    },
    settled: () => power,
  };
}

function refused(id: string, verb: string): Error {
  return awsError('IncorrectInstanceState', `The instance '${id}' is not in a state from which it can be ${verb}.`);
}
