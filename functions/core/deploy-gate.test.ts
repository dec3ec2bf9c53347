import { describe, expect, test } from 'vitest';
import { answerResult } from './answer-result.ts';
import { deploy } from './deploy.ts';
import { resultOf } from './result.ts';
import { rollback } from './rollback.ts';
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

  test('who goes back to it is told again', async () => {
    const { w, release: first } = await bypassed();
    await run(w, w.ship('good'));
    const request: ReleaseRequest = {
      ...byHand(w.ship('good'), 'back'),
      action: 'rollback',
      actor: 'bo',
      revision: first.revision,
      restores: first.id,
    };
    const answer = await rollback(w.ports, request, options());
    expect(answerResult(answer).summary).toMatch(/^GATE BYPASSED by ana \(GateMissing\)\. .* rollback by bo/);
  });

  test('the next one by webhook must pass again', async () => {
    const { w } = await bypassed();
    expect(await run(w, w.ship('good', { verdict: 'none' }))).toMatchObject({ outcome: 'rejected' });
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
