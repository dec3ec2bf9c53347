import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../kubernetes.ts';
import { config, plain, soon, type UsedApiServer } from './use-api-server.ts';

/** What stops a plan: fields of another manager, and objects that the API server does not take. */
export function refusesConflicts(api: UsedApiServer): void {
  const { as, live, plan, changes, deploy } = api;

  describe('conflicts', () => {
    test('another manager’s field stops the plan and is named with its manager; the same value does not', async () => {
      await as('argocd', (argocd) => argocd.apply(config('held', { a: 'theirs', b: 'same' }), plain, soon()));
      await expect(plan([config('held', { a: 'ours', b: 'same' })])).rejects.toMatchObject({
        code: 'ApplyConflict',
        message: 'Hawser cannot apply ConfigMap default/held: argocd owns .data.a.',
      });
      expect(await changes([config('held', { b: 'same' })])).toEqual(['configured']);
    });

    test('the annotation takes the fields of that object', async () => {
      await as('argocd', (argocd) => argocd.apply(config('forced', { a: 'theirs' }), plain, soon()));
      const annotations = { 'hawser.dev/force-conflicts': 'true' };
      await deploy([config('forced', { a: 'ours' }, { annotations })]);
      expect(await live(config('forced', {}))).toMatchObject({ data: { a: 'ours' } });
      await as('argocd', (argocd) =>
        argocd.apply(config('forced', { a: 'theirs' }), { dryRun: false, force: true }, soon()),
      );
      await expect(
        plan([config('forced', { a: 'ours' }, { annotations: { 'hawser.dev/force-conflicts': 'false' } })]),
      ).rejects.toMatchObject({ code: 'ApplyConflict' });
    });

    test('all that is refused is told at once, and nothing is written', async () => {
      await as('argocd', (argocd) => argocd.apply(config('taken', { a: 'theirs' }), plain, soon()));
      const good = config('good', { a: '1' });
      const typo = { ...config('typo', {}), dataa: {} };
      const bad: Manifest = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'bad', namespace: 'default' },
        spec: { ports: [{ port: 99_999 }] },
      };
      const lost = config('lost', {}, { namespace: 'nowhere' });
      const error: unknown = await deploy([good, typo, bad, lost, config('taken', { a: 'ours' })]).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({
        details: {
          problems: [
            expect.stringContaining('.dataa'),
            expect.stringContaining('spec.ports[0].port'),
            expect.stringContaining('nowhere'),
            expect.stringContaining('argocd owns .data.a'),
          ],
        },
      });
      for (const name of ['typo', 'lost', 'bad']) expect(String(error)).toContain(name);
      expect(await live(good)).toBeUndefined();
    });
  });
}
