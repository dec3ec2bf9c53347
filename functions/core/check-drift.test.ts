import { describe, expect, it } from 'vitest';
import { checkDrift } from './check-drift.ts';
import { run } from './testing/run.ts';
import { INSTANCE, world } from './testing/world.ts';

describe('checkDrift', () => {
  const check = (w: ReturnType<typeof world>) => checkDrift(w.ports, 'production', new AbortController().signal);

  it('is in sync after a deploy, and names a change by hand', async () => {
    const w = world();
    await run(w, w.ship('good'));
    expect(await check(w)).toMatchObject({ kind: 'checked', report: { state: 'in-sync', drift: [] } });
    const edit = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'shop', namespace: 'shop' },
      data: { greeting: 'edited' },
    };
    await w.cluster.as('kubectl-edit').apply(edit, { dryRun: false, force: true }, new AbortController().signal);
    const answer = await check(w);
    expect(answer).toMatchObject({
      report: {
        state: 'drifted',
        drift: [
          {
            ref: { kind: 'ConfigMap', name: 'shop' },
            kind: 'changed',
            changes: [{ path: 'data.greeting', live: 'edited', desired: 'hello' }],
          },
        ],
      },
    });
    expect((await w.ports.releases.head('production')).drift?.state).toBe('drifted');
  });

  it('promise 8: a sleeping node is asleep, not failed, and nothing wakes it', async () => {
    const w = world();
    await run(w, w.ship('good'));
    w.machines.stop(INSTANCE);
    await w.clock.sleep(60_000);
    expect(await check(w)).toMatchObject({ report: { state: 'asleep' } });
    expect((await w.ports.machines.describe(INSTANCE)).power).toBe('stopped');
  });
});
