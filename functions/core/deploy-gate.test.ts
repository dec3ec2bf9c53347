import { describe, expect, test } from 'vitest';
import { answerResult } from './answer-result.ts';
import { deploy } from './deploy.ts';
import { fail } from './errors.ts';
import { resultOf } from './result.ts';
import { rollback, rollbackTarget } from './rollback.ts';
import type { Release, ReleaseRequest } from './release.ts';
import { mortal } from './testing/kill.ts';
import { byHand, options, run } from './testing/run.ts';
import { INSTANCE, world } from './testing/world.ts';
import { LEASE_MS } from './phases/lock.ts';

/** What runs in the cluster. */
const images = (w: ReturnType<typeof world>): string[] =>
  w.applied().flatMap((object) => JSON.stringify(object).match(/registry\.test\/acme\/shop@sha256:[0-9a-f]+/g) ?? []);

const breakGlass = (request: ReleaseRequest): ReleaseRequest => ({
  ...byHand(request, 'break'),
  actor: 'ana',
  reason: 'Checkout is down',
  breakGlass: true,
});

/** The request as one that was cut off, and has all the notes that a record takes. */
const crowded = async (w: ReturnType<typeof world>, request: ReleaseRequest): Promise<ReleaseRequest> => {
  await w.ports.releases.open(request, w.clock.now());
  const notes = Array.from({ length: 20 }, (_, nth) => `note ${nth}`);
  await w.ports.releases.update(request.id, { notes });
  return request;
};

describe('promise 5: no image runs whose digest the gate has not accepted', () => {
  test('a webhook’s, whose verdict is missing: rejected before anything is started', async () => {
    const w = world();
    const release = await run(w, w.ship('good', { verdict: 'none' }));
    expect(release).toMatchObject({ outcome: 'rejected', failure: { code: 'GateMissing', owner: 'change' } });
    expect(release.phases.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'admit done',
      'open done',
      'lock done',
      'gate failed',
    ]);
    expect(release.gate).toBeUndefined();
    expect([w.applied(), w.connections]).toEqual([[], []]);
    expect((await w.machines.describe(INSTANCE)).power).toBe('stopped');
    const [{ state, description } = { state: '', description: '' }] = w.github.told().toReversed();
    expect({ state, description }).toMatchObject({
      state: 'failure',
      description: expect.stringContaining('no verdict') as string,
    });
  });

  test('a webhook’s, whose verdict blocks: the hint has the page of the run that GitHub confirmed', async () => {
    const w = world();
    const release = await run(w, w.ship('good', { number: 7, verdict: { blocking: 1, verdict: 'block' } }));
    expect(release).toMatchObject({
      outcome: 'rejected',
      failure: {
        code: 'GateBlocked',
        hint: expect.stringContaining('https://github.com/acme/shop/actions/runs/7') as string,
      },
    });
  });

  test('a person’s, who does not ask to go past it', async () => {
    const w = world();
    const release = await run(w, byHand(w.ship('good', { verdict: { blocking: 1, verdict: 'block' } }), 'one'));
    expect(release).toMatchObject({ outcome: 'rejected', failure: { code: 'GateBlocked' } });
    expect(w.applied()).toEqual([]);
  });

  test('the tag moved to another image after it was let in: what was let in is deployed', async () => {
    const w = world();
    const request = w.ship('good');
    const killed = mortal(w.ports, { nth: 40, when: 'after' });
    await Promise.race([killed.died, deploy(killed.ports, request, options())]);
    const accepted = (await w.ports.releases.get(request.id))?.image;
    expect(accepted).toBeDefined();
    w.registry.push(w.ports.config.app.image, request.revision, `sha256:${'66'.repeat(32)}`);
    await w.clock.sleep(LEASE_MS);
    expect(await run(w, request)).toMatchObject({ outcome: 'succeeded', image: accepted });
    expect([...new Set(images(w))]).toEqual([accepted]);
  });

  test('the tag moved before: the other image has no verdict', async () => {
    const w = world();
    const request = w.ship('good');
    w.registry.push(w.ports.config.app.image, request.revision, `sha256:${'66'.repeat(32)}`);
    expect(await run(w, request)).toMatchObject({ outcome: 'rejected', failure: { code: 'GateMissing' } });
  });
});

describe('break-glass', () => {
  const bypassed = async (): Promise<{ w: ReturnType<typeof world>; release: Release }> => {
    const w = world();
    return { w, release: await run(w, breakGlass(w.ship('good', { verdict: 'none' }))) };
  };

  test('is recorded with person, reason and what the gate says', async () => {
    const { release } = await bypassed();
    expect(release).toMatchObject({
      outcome: 'succeeded',
      gate: { state: 'bypassed', by: 'ana', reason: 'Checkout is down', refusal: { code: 'GateMissing' } },
      notes: expect.arrayContaining([
        expect.stringMatching(/^THE GATE WAS BYPASSED by ana: "Checkout is down"\. It says GateMissing: /),
      ]) as string[],
    });
  });

  test('is first in the notes, however many there are', async () => {
    const w = world();
    const release = await run(w, await crowded(w, breakGlass(w.ship('good', { verdict: 'none' }))));
    expect(release.notes?.[0]).toMatch(/^THE GATE WAS BYPASSED by ana: /);
    expect(release.notes?.[1]).toBe('note 0');
  });

  test('is reported loudly: on GitHub, in the result, in the log, in the phase', async () => {
    const { w, release } = await bypassed();
    const alarm = /^GATE BYPASSED by ana \(GateMissing\)\. production: aaaaaaa is live in /;
    expect(w.github.told().at(-1)).toMatchObject({
      state: 'success',
      description: expect.stringMatching(alarm) as string,
    });
    expect(resultOf(release).summary).toMatch(alarm);
    expect(w.lines.join('\n')).toContain('"message":"gate bypassed"');
    expect(release.phases.find(({ name }) => name === 'gate')?.detail).toContain('WENT PAST THE GATE by ana');
  });

  test('switched off, it is rejected, though the verdict is good', async () => {
    const w = world((raw) => ({ ...raw, gate: { ...(raw['gate'] as object), breakGlass: 'forbid' } }));
    const release = await run(w, breakGlass(w.ship('good')));
    expect(release).toMatchObject({ outcome: 'rejected', failure: { code: 'BreakGlassForbidden', owner: 'caller' } });
    expect(w.applied()).toEqual([]);
  });

  test('whoever dies on the way: the log and the notes have it before the record says that it was let in', async () => {
    const silent: string[] = [];
    for (let nth = 1; nth <= 40; nth++)
      for (const when of ['before', 'after'] as const) {
        const w = world();
        const request = breakGlass(w.ship('good', { verdict: 'none' }));
        const killed = mortal(w.ports, { nth, when });
        await Promise.race([killed.died, deploy(killed.ports, request, options())]);
        await w.clock.sleep(LEASE_MS);
        const release = await run(w, request);
        expect(release).toMatchObject({ outcome: 'succeeded', gate: { state: 'bypassed' } });
        const isLogged = w.lines.some((line) => line.includes('"message":"gate bypassed"'));
        const isNoted = release.notes?.some((note) => note.startsWith('THE GATE WAS BYPASSED')) === true;
        if (!isLogged || !isNoted) silent.push(`${when} ${nth}: ${killed.calls[nth - 1]}`);
      }
    expect(silent).toEqual([]);
  });

  test('a plan says that the gate would be bypassed, not that it was', async () => {
    const w = world();
    const release = await run(w, { ...breakGlass(w.ship('good', { verdict: 'none' })), plan: true });
    expect(release).toMatchObject({ outcome: 'planned', gate: { state: 'bypassed' } });
    expect(resultOf(release).summary).toMatch(/^GATE WOULD BE BYPASSED by ana \(GateMissing\)\. /);
    expect(release.notes?.[0]).toMatch(/^THE GATE WOULD BE BYPASSED by ana: /);
    expect(w.lines.join('\n')).not.toContain('"message":"gate bypassed"');
  });

  test('the next one by webhook must pass again', async () => {
    const { w } = await bypassed();
    expect(await run(w, w.ship('good', { verdict: 'none' }))).toMatchObject({ outcome: 'rejected' });
  });
});

describe('back to what the gate did not let in', () => {
  const back = (w: ReturnType<typeof world>, to: Release): ReleaseRequest => ({
    ...byHand(w.ship('good'), 'back'),
    action: 'rollback',
    actor: 'bo',
    reason: 'Prices are wrong',
    revision: to.revision,
    restores: to.id,
  });
  /** What the Deployment has now. */
  const serving = (w: ReturnType<typeof world>): (string | undefined)[] =>
    w
      .applied()
      .filter(({ kind }) => kind === 'Deployment')
      .map((object) => /registry\.test\/acme\/shop@sha256:[0-9a-f]+/.exec(JSON.stringify(object))?.[0]);
  const forbid = (w: ReturnType<typeof world>): void => {
    const { config } = w.ports;
    w.ports.config = { ...config, gate: { ...config.gate, breakGlass: 'forbid' } };
  };
  /** The ports as if the record of the release had nothing about the gate. */
  const withoutGate = (w: ReturnType<typeof world>, id: string): void => {
    const { get } = w.ports.releases;
    w.ports.releases.get = async (asked) => {
      const release = await get(asked);
      if (release === undefined || asked !== id) return release;
      const { gate: _, ...rest } = release;
      return rest;
    };
  };
  const past = async (): Promise<{ w: ReturnType<typeof world>; release: Release }> => {
    const w = world();
    return { w, release: await run(w, breakGlass(w.ship('good', { verdict: 'none' }))) };
  };
  const note = expect.stringMatching(
    /^BACK TO AN IMAGE FOR WHICH THE GATE WAS BYPASSED by ana: "Checkout is down"\. It says GateMissing: /,
  ) as string;

  test('by hand: it is told again, in the sentence, the notes and the log', async () => {
    const { w, release } = await past();
    await run(w, w.ship('good'));
    const answer = await rollback(w.ports, back(w, release), options());
    expect(answerResult(answer).summary).toMatch(/^GATE BYPASSED by ana \(GateMissing\)\. .* rollback by bo/);
    expect(answer).toMatchObject({
      release: { outcome: 'succeeded', notes: expect.arrayContaining([note]) as string[] },
    });
    expect(w.lines.join('\n')).toContain('"message":"back to what bypassed the gate"');
  });

  test('it is first in the notes, however many there are: by hand, by itself, and without a record of the gate', async () => {
    const { w, release } = await past();
    await run(w, w.ship('good'));
    const request = await crowded(w, back(w, release));
    await rollback(w.ports, request, options());
    expect((await w.ports.releases.get(request.id))?.notes?.[0]).toEqual(note);
    const failed = await run(w, await crowded(w, w.ship('crashes')));
    expect(failed).toMatchObject({ outcome: 'rolled_back', notes: expect.arrayContaining(['note 0']) as string[] });
    expect(failed.notes?.[0]).toEqual(note);
    const { lastGood } = await w.ports.releases.head('production');
    withoutGate(w, lastGood?.release ?? '');
    const again = await run(w, await crowded(w, w.ship('crashes')));
    expect(again.notes?.[0]).toMatch(/^BACK TO AN IMAGE THAT THE GATE HAS NOT LET IN: /);
  });

  test('by hand, though it ends while it is planned: it is told', async () => {
    const { w, release } = await past();
    await run(w, w.ship('good'));
    const { connectCluster } = w.ports;
    w.ports.connectCluster = (...input) => ({
      ...connectCluster(...input),
      apply: () => Promise.reject(fail('ApplyRejected', 'No.', { object: 'x' })),
    });
    const answer = await rollback(w.ports, back(w, release), options());
    expect(answer).toMatchObject({ release: { outcome: 'failed', notes: [note] } });
    if (answer.kind !== 'ended') throw new Error(answer.kind);
    expect(answer.release.phases.at(-1)).toMatchObject({ name: 'plan', state: 'failed' });
    expect(w.lines.join('\n')).toContain('"message":"back to what bypassed the gate"');
  });

  test('by hand, where break-glass is forbidden since: rejected, and nothing is written', async () => {
    const { w, release } = await past();
    const live = await run(w, w.ship('good'));
    forbid(w);
    expect(await rollback(w.ports, back(w, release), options())).toMatchObject({
      release: {
        outcome: 'rejected',
        failure: {
          code: 'BreakGlassForbidden',
          message: `gate.breakGlass is forbid, and release ${release.id} went past the gate (GateMissing): nobody goes back to it in production.`,
        },
      },
    });
    await expect(rollbackTarget(w.ports, 'production', undefined)).rejects.toMatchObject({
      code: 'BreakGlassForbidden',
    });
    expect(serving(w)).toEqual([live.image]);
  });

  test('by hand, where break-glass is forbidden: what the gate let in comes back all the same', async () => {
    const w = world();
    const first = await run(w, w.ship('good'));
    await run(w, w.ship('good'));
    forbid(w);
    expect(await rollback(w.ports, back(w, first), options())).toMatchObject({ release: { outcome: 'succeeded' } });
  });

  test('by hand, to a release whose record does not tell that the gate let it in: refused', async () => {
    const w = world();
    const first = await run(w, w.ship('good'));
    const live = await run(w, w.ship('good'));
    withoutGate(w, first.id);
    expect(await rollback(w.ports, back(w, first), options())).toMatchObject({
      release: {
        outcome: 'failed',
        failure: {
          code: 'NothingToRollBackTo',
          message: `The record of release ${first.id} does not say that the gate let its image in, so that nobody goes back to it.`,
        },
      },
    });
    expect(serving(w)).toEqual([live.image]);
  });

  test('by itself: what was live comes back, even where break-glass is forbidden since, and everybody is told', async () => {
    const { w, release: good } = await past();
    forbid(w);
    const release = await run(w, w.ship('crashes'));
    expect(release).toMatchObject({
      outcome: 'rolled_back',
      restored: good.id,
      gate: { state: 'accepted' },
      notes: expect.arrayContaining([note]) as string[],
    });
    const { message } = release.restoredGate?.state === 'bypassed' ? release.restoredGate.refusal : { message: '' };
    expect(message).toContain('has no verdict');
    expect(release.restoredGate).toEqual({ state: 'bypassed', by: 'ana', refusal: { code: 'GateMissing', message } });
    const alarm = /^GATE BYPASSED by ana \(GateMissing\) for what was brought back\. production: /;
    expect(resultOf(release).summary).toMatch(alarm);
    expect(w.github.told().at(-1)?.description).toMatch(alarm);
    expect(w.lines.join('\n')).toContain('"message":"back to what bypassed the gate"');
    expect(serving(w)).toEqual([good.image]);
  });

  test('by itself, to what has no record of the gate: it comes back, and everybody is told', async () => {
    const w = world();
    const good = await run(w, w.ship('good'));
    withoutGate(w, good.id);
    const release = await run(w, w.ship('crashes'));
    expect(release).toMatchObject({ outcome: 'rolled_back', restored: good.id, restoredGate: { state: 'unknown' } });
    expect(release.notes).toContain(
      `BACK TO AN IMAGE THAT THE GATE HAS NOT LET IN: the record of release ${good.id} says nothing of it.`,
    );
    expect(w.github.told().at(-1)?.description).toMatch(/^NO GATE RECORD of what was brought back\. production: /);
    expect(w.lines.join('\n')).toContain('"message":"back to what has no gate record"');
  });

  test('by itself, to what the gate let in: nothing is said of it', async () => {
    const w = world();
    const { gate } = await run(w, w.ship('good'));
    const release = await run(w, w.ship('crashes'));
    if (gate?.state !== 'accepted') throw new Error('the gate did not let it in');
    expect(release.outcome).toBe('rolled_back');
    // Its waivers may be many, and the record is small.
    expect(release.restoredGate).toEqual({ state: 'accepted', signedBy: gate.signedBy, at: gate.at });
    expect(resultOf(release).summary).toMatch(/^production: /);
    expect(release.notes?.join(' ')).not.toMatch(/gate/i);
  });
});

test('preflight: an image for another platform than the nodes’ is refused before anything is applied', async () => {
  const w = world();
  const request = w.ship('good');
  const { image } = w.ports.config.app;
  const digest = await w.ports.registry.digest(
    image,
    request.revision,
    { username: 'acme-bot', password: 'pull-token-0123456789' },
    new AbortController().signal,
  );
  w.registry.push(image, request.revision, digest, {
    kind: 'image',
    config: digest,
    platform: { os: 'linux', architecture: 's390x' },
  });
  const release = await run(w, request);
  expect(release).toMatchObject({ outcome: 'failed', failure: { code: 'ImagePlatformMismatch' } });
  expect(release.failure?.message).toContain('is for linux/s390x, and the nodes are linux/amd64');
  expect(w.applied()).toEqual([]);
});
