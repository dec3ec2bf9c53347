import { describe, expect, it } from 'vitest';
import { byHand, run } from './testing/run.ts';
import { world } from './testing/world.ts';

/** A world whose environment does this with a first release that fails. */
function worldThat(onFirstFailure: 'keep' | 'remove'): ReturnType<typeof world> {
  return world((raw) => {
    const { production } = raw['environments'] as { production: object };
    const rollout = { timeout: '1m', check: '/version', onFirstFailure };
    return { ...raw, environments: { production: { ...production, rollout } } };
  });
}

const names = (w: ReturnType<typeof world>): string[] =>
  w
    .applied()
    .filter(({ metadata }) => metadata.ownerReferences === undefined)
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    .toSorted();

describe('a first release that fails', () => {
  it('stays as it is, to be looked at', async () => {
    const w = worldThat('keep');
    expect(await run(w, w.ship('crashes'))).toMatchObject({
      outcome: 'failed',
      failure: { code: 'ContainerCrashing' },
    });
    expect(names(w)).toContain('Deployment shop');
  });

  it('is removed where the config says so: all but its namespace, by what the inventory knows', async () => {
    const w = worldThat('remove');
    const release = await run(w, w.ship('crashes'));
    expect(release).toMatchObject({ outcome: 'failed', failure: { code: 'ContainerCrashing' } });
    expect(names(w).filter((name) => !name.startsWith('Secret'))).toEqual([
      'ConfigMap hawser-inventory.shop.production',
      'Namespace shop',
    ]);
    expect(release.notes?.join(' ')).toMatch(/first release: 2 objects that it had made were removed/);
    // The next one begins from there.
    expect((await run(w, w.ship('good'))).outcome).toBe('succeeded');
  });
});

describe('what left the manifests', () => {
  it('is pruned once the release serves, and shown before by a plan', async () => {
    const w = world();
    await run(w, w.ship('good'));
    const files = new Map(w.ports.manifests);
    files.delete('base/config.yaml');
    w.ports.manifests = files;
    const plan = await run(w, { ...byHand(w.ship('good'), 'plan'), plan: true });
    expect(plan).toMatchObject({ outcome: 'planned', changes: { configured: 1, pruned: 1 } });
    expect(plan.plan?.changes).toContainEqual({ object: 'ConfigMap shop/shop', change: 'pruned', fields: [] });
    expect(names(w)).toContain('ConfigMap shop');
    const release = await run(w, w.ship('good'));
    expect(release).toMatchObject({ outcome: 'succeeded', changes: { configured: 1, pruned: 1 } });
    expect(names(w)).not.toContain('ConfigMap shop');
  });

  it('comes back with a rollback, and what only the failed release had goes', async () => {
    const w = world();
    const first = await run(w, w.ship('good'));
    const files = new Map(w.ports.manifests);
    files.set('base/config.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: fresh\n');
    w.ports.manifests = files;
    expect(await run(w, w.ship('crashes'))).toMatchObject({ outcome: 'rolled_back', restored: first.id });
    expect(names(w)).toContain('ConfigMap shop');
    expect(names(w)).not.toContain('ConfigMap fresh');
  });

  it('is counted in the plan field by field, with what changes', async () => {
    const w = world();
    await run(w, w.ship('good'));
    const plan = await run(w, { ...byHand(w.ship('good'), 'plan'), plan: true });
    expect(plan.plan?.changes).toHaveLength(1);
    expect(plan.plan?.changes[0]?.fields.map(({ path }) => path)).toContain(
      'spec.template.spec.containers[name=shop].image',
    );
    expect(plan.plan?.unchanged).toBe(2);
  });
});
