import { describe, expect, it } from 'vitest';
import type { ReleaseRequest } from './release.ts';
import { rollback, rollbackTarget } from './rollback.ts';
import { byHand, options, run } from './testing/run.ts';
import { world } from './testing/world.ts';

describe('rollback', () => {
  it('brings back the exact objects of the last good release before the live one', async () => {
    const w = world();
    const first = await run(w, w.ship('good'));
    await run(w, w.ship('good'));
    const target = await rollbackTarget(w.ports, 'production', undefined);
    expect(target.release.id).toBe(first.id);
    const request: ReleaseRequest = {
      ...byHand(w.ship('good'), 'back'),
      action: 'rollback',
      revision: first.revision,
      restores: first.id,
      reason: 'checkout 500s',
    };
    const answer = await rollback(w.ports, request, options());
    expect(answer).toMatchObject({
      kind: 'ended',
      release: { outcome: 'succeeded', restored: first.id, image: first.image },
    });
    expect(JSON.stringify(w.cluster.objects().find(({ kind }) => kind === 'Deployment'))).toContain(first.image);
    expect((await w.ports.releases.head('production')).lastGood).toMatchObject({
      revision: first.revision,
      release: request.id,
    });
  });

  it('says so when there is nothing to go back to', async () => {
    const w = world();
    await expect(rollbackTarget(w.ports, 'production', undefined)).rejects.toMatchObject({
      code: 'NothingToRollBackTo',
    });
    await run(w, w.ship('good'));
    await expect(rollbackTarget(w.ports, 'production', undefined)).rejects.toMatchObject({
      code: 'NothingToRollBackTo',
    });
    await expect(rollbackTarget(w.ports, 'production', 'rel_none')).rejects.toMatchObject({ code: 'ReleaseUnknown' });
  });
});
