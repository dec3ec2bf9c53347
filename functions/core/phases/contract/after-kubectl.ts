import { describe, expect, test } from 'vitest';
import { diff } from '../../diff/diff.ts';
import { entriesOf } from '../../fields/set.ts';
import { refOf, type Manifest } from '../../kubernetes.ts';
import { apply } from '../apply.ts';
import { config, plain, soon, type UsedApiServer } from './use-api-server.ts';

/** Objects that a client applied before Hawser did, or that nobody did. */
export function takesOverFromKubectl(api: UsedApiServer): void {
  const { as, live, plan, changes, deploy } = api;

  describe('after kubectl apply', () => {
    /** As kubectl's client-side apply leaves an object behind: its fields as Update, and its own copy. */
    async function kubectlApplied(object: Manifest): Promise<void> {
      const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(object) };
      const made = await as('kubectl-client-side-apply', (kubectl) =>
        kubectl.apply({ ...object, metadata: { ...object.metadata, annotations } }, plain, soon()),
      );
      const managedFields = entriesOf(made).map((entry) => ({ ...entry, operation: 'Update' }));
      await as('kubectl-client-side-apply', (kubectl) =>
        kubectl.patch(
          refOf(object),
          [
            { op: 'replace', path: '/metadata/managedFields', value: managedFields },
            { op: 'replace', path: '/metadata/resourceVersion', value: made.metadata.resourceVersion },
          ],
          soon(),
        ),
      );
    }

    test('a field that the manifest dropped goes, what another controller holds stays, and the plan said so', async () => {
      const before = config('moved', { kept: '1', dropped: '2', shared: '3' });
      await kubectlApplied(before);
      expect(entriesOf(await live(before)).map(({ manager, operation }) => `${manager} ${operation}`)).toEqual([
        'kubectl-client-side-apply Update',
      ]);
      await as('controller', (controller) =>
        controller.apply(config('moved', { shared: '3', theirs: '4' }), plain, soon()),
      );
      const version = (await live(before))?.metadata.resourceVersion;

      const wanted = config('moved', { kept: '1' });
      const [planned] = await plan([wanted]);
      expect((await live(before))?.metadata.resourceVersion).toBe(version);
      expect(planned?.change).toBe('configured');
      const shown = planned?.live === undefined ? [] : diff(wanted, planned.live, planned.predicted);
      expect(shown).toEqual([{ path: 'data.dropped', live: '2', desired: null }]);

      await deploy([wanted]);
      const after = await live(wanted);
      expect(after).toMatchObject({ data: { kept: '1', shared: '3', theirs: '4' } });
      expect(after?.['data']).not.toHaveProperty('dropped');
      expect(after?.metadata.annotations).toBeUndefined();
      expect(
        entriesOf(after)
          .map(({ manager, operation }) => `${manager} ${operation}`)
          .toSorted(),
      ).toEqual(['controller Apply', 'hawser Apply']);
      expect(await changes([wanted])).toEqual(['unchanged']);
    });

    test('a container that the manifest dropped goes', async () => {
      const with2 = (containers: object[]): Manifest => ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'moved', namespace: 'default' },
        spec: {
          selector: { matchLabels: { app: 'moved' } },
          template: { metadata: { labels: { app: 'moved' } }, spec: { containers } },
        },
      });
      const shop = { name: 'shop', image: 'example.com/shop:1', env: [{ name: 'A', value: '1' }] };
      await kubectlApplied(
        with2([
          { ...shop, env: [...shop.env, { name: 'B', value: '2' }] },
          { name: 'sidecar', image: 'example.com/sidecar:1' },
        ]),
      );
      const wanted = with2([shop]);
      const [planned] = await plan([wanted]);
      const shown = planned?.live === undefined ? [] : diff(wanted, planned.live, planned.predicted);
      expect(shown.map(({ path }) => path)).toEqual([
        'spec.template.spec.containers[name=shop].env[name=B]',
        'spec.template.spec.containers[name=sidecar]',
      ]);
      await deploy([wanted]);
      expect(await live(wanted)).toMatchObject({
        spec: { template: { spec: { containers: [{ name: 'shop', env: [{ name: 'A' }] }] } } },
      });
    });

    test('what was there before anybody applied counts as a client’s', async () => {
      const before = config('ancient', { kept: '1', dropped: '2' });
      const made = await api.cluster.apply(before, plain, soon());
      // This empties managedFields, as on an object from the time before there were any.
      const patch = [
        { op: 'replace', path: '/metadata/managedFields', value: [{}] },
        { op: 'replace', path: '/metadata/resourceVersion', value: made.metadata.resourceVersion },
      ] as const;
      expect(entriesOf(await api.cluster.patch(refOf(before), patch, soon()))).toEqual([]);
      const wanted = config('ancient', { kept: '3' });
      const [planned] = await plan([wanted]);
      expect(planned?.predicted['data']).toEqual({ kept: '3' });
      await deploy([wanted]);
      expect((await live(wanted))?.['data']).toEqual({ kept: '3' });
      expect(await changes([wanted])).toEqual(['unchanged']);
    });

    test('somebody who writes between plan and apply does not stop it', async () => {
      const before = config('raced', { kept: '1', dropped: '2' });
      await kubectlApplied(before);
      const planned = await plan([config('raced', { kept: '1' })]);
      await as('controller', (controller) => controller.apply(config('raced', { theirs: '1' }), plain, soon()));
      await apply(api.cluster, planned, () => undefined, soon());
      expect((await live(before))?.['data']).toEqual({ kept: '1', theirs: '1' });
    });
  });
}
