import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { MemoryQueue } from '../adapters/memory/queue.ts';
import { deploy } from './deploy.ts';
import { fail } from './errors.ts';
import { LEASE_MS } from './phases/lock.ts';
import type { DeployPorts } from './ports.ts';
import type { ReleaseRequest } from './release.ts';
import { runRelease, type Answer, type Ended, type ReleaseRun } from './run-release.ts';
import { faulty, type Fault } from './testing/fault.ts';
import { world } from './testing/world.ts';
import { workMessage } from './work-queue.ts';

type World = ReturnType<typeof world>;
const forever = new AbortController().signal;

/** Works off the queue as Lambda and SQS do: what throws stays, and is tried again. */
async function drain(ports: DeployPorts, queue: MemoryQueue): Promise<void> {
  for (let message = queue.receive(); message !== undefined; message = queue.receive()) {
    await workMessage(() => ports, ports.queue, { id: 'm', body: message.body }, forever);
    message.done();
  }
}

const byHand = (request: ReleaseRequest): ReleaseRequest => {
  const { run: _, ...rest } = request;
  return { ...rest, trigger: 'console', id: `rel_by_hand_${request.revision.slice(-4)}` };
};

/** Which calls a release makes when all goes well, or when it is rolled back. */
async function callsOf(behaviour: 'good' | 'crashes'): Promise<[string, number][]> {
  const { w, request } = await prepared(behaviour);
  const { ports, calls } = faulty(w.ports);
  await workMessage(() => ports, ports.queue, { id: 'm', body: JSON.stringify(request) }, forever);
  return [...calls];
}

/** A world in which one revision is live, and the request for the next. */
async function prepared(behaviour: 'good' | 'crashes'): Promise<{ w: World; request: ReleaseRequest }> {
  const w = world();
  const first = w.ship('good');
  await workMessage(() => w.ports, w.ports.queue, { id: 'm', body: JSON.stringify(first) }, forever);
  return { w, request: w.ship(behaviour) };
}

const faultsOf = async (behaviour: 'good' | 'crashes'): Promise<Omit<Fault, 'lasting'>[]> => {
  const used = await callsOf(behaviour);
  return used.flatMap(([method, times]) => Array.from({ length: times }, (_, index) => ({ method, nth: index + 1 })));
};

const cases = await Promise.all(
  (['good', 'crashes'] as const).map(async (behaviour) => ({ behaviour, faults: await faultsOf(behaviour) })),
);

describe('promise 1: whatever breaks at whichever call, a release ends, and the next one works', () => {
  test.each(cases)('the calls of a release are known: $behaviour', ({ faults }) => {
    const methods = new Set(faults.map(({ method }) => method));
    expect([...methods]).toEqual(
      expect.arrayContaining([
        'releases.close',
        'releases.phase',
        'lock.acquire',
        'lock.release',
        'cluster.apply',
        'cluster.list',
        'github.run',
      ]),
    );
    expect(faults.length).toBeGreaterThan(60);
  });

  describe.each(cases)('$behaviour revision', ({ behaviour, faults }) => {
    test('one call breaks; from the queue', { timeout: 60_000 }, async () => {
      const wrong: object[] = [];
      for (const each of faults) {
        const fault = { ...each, lasting: false };
        const { w, request } = await prepared(behaviour);
        const queue = w.ports.queue as MemoryQueue;
        const broken = faulty(w.ports, fault);
        await queue.send(request);
        // What throws is redelivered; the platform is whole again by then.
        await drain(broken.ports, queue).catch(() => drain(w.ports, requeued(queue, request)));
        await drain(w.ports, queue);
        const end = await endOf(w, request);
        if (!isRight(behaviour, end)) wrong.push({ fault, end });
      }
      expect(wrong).toEqual([]);
    });

    test('it stays broken; by hand, where nobody delivers it again', { timeout: 60_000 }, async () => {
      const wrong: object[] = [];
      for (const each of faults) {
        const fault = { ...each, lasting: true };
        const { w, request } = await prepared(behaviour);
        const queue = w.ports.queue as MemoryQueue;
        const { ports } = faulty(w.ports, fault);
        const mine = byHand(request);
        const isBegun = await deploy(ports, mine, { signal: forever, wait: false }).then(
          () => true,
          async () => (await w.ports.releases.get(mine.id)) !== undefined,
        );
        // Only a release that was never begun may end in an exception.
        if (!isBegun) continue;
        await drain(w.ports, queue);
        const end = await endOf(w, mine);
        if (!isRight(behaviour, end)) wrong.push({ fault, end });
      }
      expect(wrong).toEqual([]);
    });
  });
});

/** A queue that still has the message that was not worked off. */
function requeued(queue: MemoryQueue, request: ReleaseRequest): MemoryQueue {
  let left: { body: string; done: () => void } | undefined = { body: JSON.stringify(request), done: () => undefined };
  return {
    ...queue,
    receive: () => {
      const message = left ?? queue.receive();
      left = undefined;
      return message;
    },
  };
}

/** What became of the release and of the one after it. */
async function endOf(w: World, request: ReleaseRequest): Promise<object> {
  const release = await w.ports.releases.get(request.id);
  const { lastGood } = await w.ports.releases.head('production');
  await w.clock.sleep(LEASE_MS);
  const next = w.ship('good');
  await workMessage(() => w.ports, w.ports.queue, { id: 'n', body: JSON.stringify(next) }, forever);
  return {
    state: release?.state,
    outcome: release?.outcome,
    isLastGood: lastGood?.release === request.id,
    next: (await w.ports.releases.get(next.id))?.outcome,
  };
}

/** Closed; called succeeded only if it is what is live; and the environment is not stuck. */
function isRight(behaviour: 'good' | 'crashes', end: object): boolean {
  const outcomes = behaviour === 'good' ? ['succeeded', 'failed'] : ['rolled_back', 'failed'];
  return outcomes.some((outcome) =>
    isDeepStrictEqual(end, { state: 'closed', outcome, isLastGood: outcome === 'succeeded', next: 'succeeded' }),
  );
}

describe('runRelease', () => {
  const run = (w: World, work: () => Promise<Ended>, request = w.ship('good'), signal = forever): Promise<Answer> =>
    runRelease(w.ports, request, { signal, wait: true }, work);

  test('closes with the outcome of the work and the reason', async () => {
    const w = world();
    const request = w.ship('good');
    const answer = await run(w, async () => ({ outcome: 'superseded', reason: 'run #1 is older' }), request);
    expect(answer).toMatchObject({
      kind: 'ended',
      release: { outcome: 'superseded', reason: 'run #1 is older', state: 'closed' },
    });
    expect((await w.ports.releases.get(request.id))?.phases.map(({ name }) => name)).toEqual([
      'admit',
      'open',
      'lock',
      'close',
    ]);
  });

  test('an error that GitHub did not confirm the run is `rejected`, any other `failed`, with code and owner', async () => {
    const w = world();
    const no = run(w, () => Promise.reject(fail('RunNotSuccessful', 'No.', { url: 'https://x.test' })));
    expect(await no).toMatchObject({
      release: { outcome: 'rejected', failure: { code: 'RunNotSuccessful', owner: 'change' } },
    });
    const odd = run(w, () => Promise.reject(new TypeError('x is undefined')));
    expect(await odd).toMatchObject({
      release: { outcome: 'failed', failure: { code: 'Unexpected', owner: 'internal' } },
    });
  });

  test('the outcome that was reached stays, although its record can be written only at the third try', async () => {
    const w = world();
    const { close } = w.ports.releases;
    let times = 0;
    w.ports.releases.close = (...input) => (++times < 3 ? Promise.reject(new Error('no answer')) : close(...input));
    expect(await run(w, async () => ({ outcome: 'succeeded' }))).toMatchObject({
      release: { outcome: 'succeeded' },
    });
  });

  test('one that serves already, but could not write it down, goes on later and is not called failed', async () => {
    const w = world();
    const queue = w.ports.queue as MemoryQueue;
    const request = w.ship('good');
    const { phase } = w.ports.releases;
    w.ports.releases.phase = (id, record) =>
      record.name === 'close' ? Promise.reject(new Error('no answer')) : phase(id, record);
    const work = async (): Promise<Ended> => ({ outcome: 'succeeded' });
    expect((await run(w, work, request)).kind).toBe('continues');
    w.ports.releases.phase = phase;
    const again = JSON.parse(queue.receive()?.body ?? '') as ReleaseRequest;
    expect(await run(w, work, again)).toMatchObject({
      kind: 'ended',
      release: { id: request.id, outcome: 'succeeded' },
    });
  });

  test('a lock that cannot be let go is no failure', async () => {
    const w = world();
    w.ports.lock.release = () => Promise.reject(new Error('no answer'));
    expect(await run(w, async () => ({ outcome: 'succeeded' }))).toMatchObject({
      release: { outcome: 'succeeded' },
    });
  });

  test('who lost the lock ends as LockLost, and does not become the last good release', async () => {
    const w = world();
    w.ports.lock.renew = async () => undefined;
    const answer = await run(w, async () => {
      await w.clock.sleep(30_000);
      return { outcome: 'succeeded' };
    });
    expect(answer).toMatchObject({ release: { outcome: 'failed', failure: { code: 'LockLost' } } });
    expect((await w.ports.releases.head('production')).lastGood).toBeUndefined();
  });

  test('out of time it is queued again with a count; after eight times it is closed', async () => {
    const w = world();
    const queue = w.ports.queue as MemoryQueue;
    const request = w.ship('good');
    const late = AbortSignal.abort(fail('DeadlineReached', 'The time of this invocation ran short.'));
    const work = (): Promise<Ended> => Promise.reject(new Error('not reached'));
    expect((await run(w, work, request, late)).kind).toBe('continues');
    expect(JSON.parse(queue.receive()?.body ?? '')).toEqual({ ...request, resumed: 1 });
    expect((await run(w, work, { ...request, resumed: 7 }, late)).kind).toBe('continues');
    const last = await run(w, work, { ...request, resumed: 8 }, late);
    expect(last).toMatchObject({ kind: 'ended', release: { outcome: 'failed', failure: { code: 'DeadlineReached' } } });
  });

  test('keeps 20 notes, and before them every alarm, each once and cut to 500 characters', async () => {
    const w = world();
    const request = w.ship('good');
    const texts = Array.from({ length: 30 }, (_, nth) => `note ${nth}`);
    const late = AbortSignal.abort(fail('DeadlineReached', 'Late.'));
    const work = async ({ note, alarm }: ReleaseRun): Promise<Ended> => {
      for (const text of texts) await note(text);
      for (const text of ['past the gate', 'past the gate', 'x'.repeat(600)]) await alarm(text);
      await note('too late');
      throw late.reason;
    };
    const options = { signal: forever, wait: true };
    await runRelease(w.ports, request, options, work);
    const kept = ['x'.repeat(500), 'past the gate', ...texts.slice(0, 20)];
    expect((await w.ports.releases.get(request.id))?.notes).toEqual(kept);
    await runRelease(w.ports, { ...request, resumed: 1 }, options, work);
    expect((await w.ports.releases.get(request.id))?.notes).toEqual(kept);
  });

  test('the record of the admission is written once, however often the release goes on', async () => {
    const w = world();
    const request = w.ship('good');
    const late = AbortSignal.abort(fail('DeadlineReached', 'Late.'));
    await run(w, async () => ({ outcome: 'succeeded' }), request, late);
    const before = await w.ports.releases.get(request.id);
    await w.clock.sleep(60_000);
    await run(w, async () => ({ outcome: 'succeeded' }), { ...request, resumed: 1 });
    const after = await w.ports.releases.get(request.id);
    expect(after?.phases.slice(0, 2)).toEqual(before?.phases.slice(0, 2));
    expect(before?.phases[0]).toMatchObject({
      name: 'admit',
      startedAt: request.requestedAt,
      detail: 'run #1, attempt 1, ana',
    });
  });
});
