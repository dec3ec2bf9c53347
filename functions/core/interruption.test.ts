import { describe, expect, test } from 'vitest';
import { deploy } from './deploy.ts';
import { LEASE_MS } from './phases/lock.ts';
import type { Release, ReleaseRequest } from './release.ts';
import { mortal, type Death } from './testing/kill.ts';
import { options, run } from './testing/run.ts';
import { world, type Behaviour } from './testing/world.ts';

type World = ReturnType<typeof world>;

/** A world in which one revision is live, and the request for the next. */
async function prepared(behaviour: Behaviour): Promise<{ w: World; first: Release; request: ReleaseRequest }> {
  const w = world();
  const first = await run(w, w.ship('good'));
  return { w, first, request: w.ship(behaviour) };
}

/** The calls of a release that nobody disturbs. */
async function callsOf(behaviour: Behaviour): Promise<readonly string[]> {
  const { w, request } = await prepared(behaviour);
  const { ports, calls } = mortal(w.ports);
  await deploy(ports, request, options());
  return calls;
}

/** What the cluster runs now. */
function imageOf(w: World): string {
  const deployment = w.cluster.objects().find(({ kind }) => kind === 'Deployment');
  return /registry\.test\/acme\/shop@sha256:[0-9a-f]+/.exec(JSON.stringify(deployment))?.[0] ?? '';
}

describe.each(['good', 'crashes'] as const)('a deploy of a revision that is %s, killed', async (behaviour) => {
  const calls = await callsOf(behaviour);

  test('makes calls in every phase', () => {
    expect(calls.length).toBeGreaterThan(60);
    expect(calls).toEqual(expect.arrayContaining(['cluster.apply', 'cluster.list', 'releases.close', 'lock.acquire']));
  });

  test.each(['before', 'after'] as const)(
    'promise 1: %s any of its calls, the next invocation goes on and ends it right',
    { timeout: 60_000 },
    async (when) => {
      const wrong: object[] = [];
      for (let nth = 1; nth <= calls.length; nth++) {
        const death: Death = { nth, when };
        const { w, first, request } = await prepared(behaviour);
        const killed = mortal(w.ports, death);
        await Promise.race([killed.died, deploy(killed.ports, request, options())]);
        // The queue hands the message out again when its time is over; by then the lease has ended, too.
        await w.clock.sleep(LEASE_MS);
        const release = await run(w, request);
        const { lastGood } = await w.ports.releases.head('production');
        const isRight =
          behaviour === 'good'
            ? release.outcome === 'succeeded' && lastGood?.release === request.id && imageOf(w) === release.image
            : release.outcome === 'rolled_back' && lastGood?.release === first.id && imageOf(w) === first.image;
        const next = await run(w, w.ship('good'));
        if (!isRight || next.outcome !== 'succeeded')
          wrong.push({
            call: calls[nth - 1],
            nth,
            outcome: release.outcome,
            failure: release.failure?.message,
            next: next.outcome,
          });
      }
      expect(wrong).toEqual([]);
    },
  );

  test('a resumed rollback does not bring the failed revision back first', async () => {
    if (behaviour === 'good') return;
    const { w, first, request } = await prepared(behaviour);
    const at = calls.lastIndexOf('cluster.apply') + 1;
    const killed = mortal(w.ports, { nth: at, when: 'before' });
    await Promise.race([killed.died, deploy(killed.ports, request, options())]);
    const seen: string[] = [];
    const { ports } = w;
    const watched = {
      ...ports,
      connectCluster: (...input: Parameters<typeof ports.connectCluster>) => {
        const cluster = ports.connectCluster(...input);
        return {
          ...cluster,
          apply: (...[object, how, signal]: Parameters<typeof cluster.apply>) => {
            if (!how.dryRun && object.kind === 'Deployment') seen.push(JSON.stringify(object));
            return cluster.apply(object, how, signal);
          },
        };
      },
    };
    const answer = await deploy(watched, request, options());
    expect(answer).toMatchObject({ kind: 'ended', release: { outcome: 'rolled_back', restored: first.id } });
    expect(seen.map((text) => text.includes(first.image ?? 'none'))).toEqual([true]);
  });
});
