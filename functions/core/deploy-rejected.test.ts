import { describe, expect, it } from 'vitest';
import type { ReleaseRequest } from './release.ts';
import { byHand, run } from './testing/run.ts';
import { world, type Behaviour } from './testing/world.ts';

type World = ReturnType<typeof world>;

/** Another run of the workflow for the same commit. */
function rerun(w: World, request: ReleaseRequest): ReleaseRequest {
  const { number = 0 } = request.run ?? {};
  const attempt = 2;
  w.github.setRun(number, attempt, {
    number,
    status: 'completed',
    conclusion: 'success',
    headSha: request.revision,
    path: '.github/workflows/ci.yml',
    event: 'push',
    url: `https://github.com/acme/shop/actions/runs/${number}`,
    jobs: [],
  });
  return {
    ...request,
    id: `${request.id}_again`,
    ...(request.run === undefined ? {} : { run: { ...request.run, attempt } }),
  };
}

async function broken(behaviour: Behaviour): Promise<{ w: World; request: ReleaseRequest }> {
  const w = world();
  await run(w, w.ship('good'));
  const request = w.ship(behaviour);
  await run(w, request);
  return { w, request };
}

describe('a digest that failed', () => {
  it.each(['crashes', 'mute'] as const)('is not deployed again by a re-run: %s', async (behaviour) => {
    const { w, request } = await broken(behaviour);
    const before = JSON.stringify(w.cluster.objects());
    const again = await run(w, rerun(w, request));
    expect(again).toMatchObject({ outcome: 'rejected', failure: { code: 'ImageRejected', owner: 'change' } });
    expect(again.failure?.message).toContain(request.id);
    expect(again.failure?.hint).toContain(`--revision ${request.revision}`);
    expect(JSON.stringify(w.cluster.objects())).toBe(before);
  });

  it('is deployed when a person asks, and forgotten once it serves', async () => {
    const { w, request } = await broken('crashes');
    w.behave(request, 'good');
    expect((await run(w, byHand(request, 'the database is back'))).outcome).toBe('succeeded');
    expect((await w.ports.releases.head('production')).rejected).toEqual([]);
    expect((await run(w, rerun(w, request))).outcome).toBe('succeeded');
  });

  it('can still be planned', async () => {
    const { w, request } = await broken('crashes');
    expect((await run(w, { ...rerun(w, request), plan: true })).outcome).toBe('planned');
  });

  it('does not stand in the way of the next revision', async () => {
    const { w } = await broken('crashes');
    expect((await run(w, w.ship('good'))).outcome).toBe('succeeded');
  });

  it('is not remembered when the node was to blame', async () => {
    const w = world();
    w.machines.failNextStart('InsufficientInstanceCapacity');
    const request = w.ship('good');
    await run(w, request);
    expect((await w.ports.releases.head('production')).rejected).toBeUndefined();
    expect((await run(w, rerun(w, request))).outcome).toBe('succeeded');
  });
});
