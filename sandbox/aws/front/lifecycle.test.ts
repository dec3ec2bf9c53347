import { describe, expect, test } from 'vitest';
import { nextState, powerLost, started, stopped, stoppedAt, terminated, type Lifecycle } from './lifecycle.ts';

const delays = { pendingMs: 1_500, stoppingMs: 2_000, statusChecksMs: 0 };
const T0 = Date.parse('2026-11-24T10:00:00Z');

function must(life: Lifecycle | undefined): Lifecycle {
  if (life === undefined) throw new Error('refused');
  return life;
}

const pending = must(started(stoppedAt(T0), T0));
const running: Lifecycle = { ...pending, state: 'running', powered: true };
const stopping = must(stopped(running, T0));

describe('what follows a state', () => {
  test.each([
    ['pending before its delay', { ...pending, powered: true }, 1_499, 'pending'],
    ['pending after its delay', { ...pending, powered: true }, 1_500, 'running'],
    ['pending while the hardware still boots', pending, 60_000, 'pending'],
    ['a doomed start before its delay', must(started(stoppedAt(T0), T0, 'Client.InternalError')), 1_499, 'pending'],
    ['a doomed start', must(started(stoppedAt(T0), T0, 'Client.InternalError')), 1_500, 'stopped'],
    ['running', running, 1e9, 'running'],
    ['stopping before its delay', { ...stopping, powered: false }, 1_999, 'stopping'],
    ['stopping after its delay', { ...stopping, powered: false }, 2_000, 'stopped'],
    ['stopping while the hardware is still on', stopping, 60_000, 'stopping'],
    ['shutting down', { ...terminated(running, T0), powered: false }, 2_000, 'terminated'],
    ['stopped', stoppedAt(T0), 1e9, 'stopped'],
  ])('%s', (_, life, after, expected) => {
    expect(nextState(life, T0 + after, delays).state).toBe(expected);
  });

  test('a state that ends begins the next one then', () => {
    expect(nextState({ ...pending, powered: true }, T0 + 1_700, delays).since).toBe(T0 + 1_700);
  });

  test('a doomed start says why it stopped', () => {
    const life = nextState(must(started(stoppedAt(T0), T0, 'Client.InternalError')), T0 + 1_500, delays);
    expect(life.stateReason).toEqual({
      code: 'Client.InternalError',
      message: 'Client.InternalError: Client error on launch',
    });
    expect(life.transitionReason).toBe('Client.InternalError');
    expect(life.doom).toBeUndefined();
  });
});

describe('what a call does', () => {
  test('a start from stopped has a new launch time and no reason', () => {
    const life = must(started(stoppedAt(T0), T0 + 5_000));
    expect(life).toEqual({
      state: 'pending',
      since: T0 + 5_000,
      launchTime: T0 + 5_000,
      powered: false,
      transitionReason: '',
    });
  });

  test('a stop says who and when', () => {
    expect(must(stopped(running, T0 + 1_000))).toMatchObject({
      state: 'stopping',
      launchTime: T0,
      stateReason: {
        code: 'Client.UserInitiatedShutdown',
        message: 'Client.UserInitiatedShutdown: User initiated shutdown',
      },
      transitionReason: 'User initiated (2026-11-24 10:00:01 GMT)',
    });
  });

  test.each([
    ['start', started, running, 'running'],
    ['start', started, pending, 'pending'],
    ['start', started, stopping, undefined],
    ['start', started, { ...running, state: 'terminated' } as const, undefined],
    ['start', started, { ...running, state: 'shutting-down' } as const, undefined],
    ['stop', stopped, stopping, 'stopping'],
    ['stop', stopped, stoppedAt(T0), 'stopped'],
    ['stop', stopped, pending, undefined],
    ['stop', stopped, { ...running, state: 'terminated' } as const, undefined],
  ])('%s in this state leaves or refuses it', (_, call, life, expected) => {
    expect(call(life, T0 + 1_000)).toBe(expected === undefined ? undefined : life);
  });

  test('a power loss shows as stopped by the server', () => {
    expect(powerLost(running, T0)).toMatchObject({
      state: 'stopped',
      powered: false,
      stateReason: { code: 'Server.InternalError' },
    });
  });
});
