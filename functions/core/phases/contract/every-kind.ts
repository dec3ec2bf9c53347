import { describe, expect, test } from 'vitest';
import { corpus } from '../../../adapters/contract/corpus.ts';
import { diff } from '../../diff/diff.ts';
import { driftOf } from '../../diff/drift.ts';
import { entriesOf } from '../../fields/set.ts';
import { isSettled } from '../../fields/settled.ts';
import { refOf, type Manifest } from '../../kubernetes.ts';
import type { Cluster } from '../../ports.ts';
import { inOrder } from '../../render/order.ts';
import { isRecord } from '../../rollout/field.ts';
import { apply } from '../apply.ts';
import { soon, type UsedApiServer } from './use-api-server.ts';

/** An object of each kind: planned, applied, applied again, and finished after an apply that was cut off. */
export function appliesEveryKind(api: UsedApiServer): void {
  const { live, plan, changes, deploy } = api;

  describe('every kind', () => {
    const objects = inOrder(corpus);
    const versions = async () =>
      (await Promise.all(objects.map(live))).map((object) => object?.metadata.resourceVersion);

    test('a first plan says created and stores nothing; one apply makes all, custom objects with their CRD', async () => {
      expect(await changes(objects)).toEqual(objects.map(() => 'created'));
      expect(new Set(await versions())).toEqual(new Set([undefined]));
      await deploy(objects);
      expect((await versions()).filter((version) => version === undefined)).toEqual([]);
    });

    test('planned and applied again, nothing is written and nothing has drifted', async () => {
      const before = await versions();
      const changed = (await plan(objects)).filter(({ change }) => change !== 'unchanged');
      expect(changed.map(({ desired }) => refOf(desired))).toEqual([]);
      expect(driftOf(await plan(objects, true))).toEqual([]);
      await deploy(objects);
      expect(await versions()).toEqual(before);
    });

    test('what is found unchanged without a dry-run would be unchanged by one; any leaf that is edited is not', async () => {
      let settled = 0;
      for (const object of objects) {
        const now = await live(object);
        if (now === undefined || !isSettled(object, now, 'hawser')) continue;
        settled++;
        const predicted = await api.cluster.apply(object, { dryRun: true, force: false }, soon());
        // An empty list that is not stored counts as another value there, though not in what is stored.
        expect(diff(object, now, predicted)).toEqual([]);
        expect(entriesOf(predicted).map(({ fieldsV1 }) => fieldsV1)).toEqual(
          entriesOf(now).map(({ fieldsV1 }) => fieldsV1),
        );
        for (const edited of edits(object))
          expect({ edited, is: isSettled(edited, now, 'hawser') }).toMatchObject({ is: false });
      }
      expect(settled).toBeGreaterThan(objects.length / 2);
    });

    test('an apply that is cut off anywhere is finished by the next one, with what was planned', async () => {
      const edited = objects.map((object): Manifest => ({
        ...object,
        metadata: { ...object.metadata, annotations: { edition: '2' } },
      }));
      const planned = await plan(edited);
      const kinds = planned.filter(({ change }) => change === 'configured').length;
      for (const writes of [1, 7, 20]) {
        let left = writes;
        const dying: Cluster = {
          ...api.cluster,
          apply: async (object, how, signal) => {
            if (!how.dryRun && left-- === 0) throw new Error('cut off');
            return api.cluster.apply(object, how, signal);
          },
        };
        await expect(apply(dying, await plan(edited), () => undefined, soon())).rejects.toThrow('cut off');
      }
      await deploy(edited);
      expect(new Set(await changes(edited))).toEqual(new Set(['unchanged']));
      for (const { desired, live: before, predicted } of planned) {
        const after = await live(desired);
        if (before === undefined || after === undefined) throw new Error(`${desired.kind} is not there`);
        expect(diff(desired, after, predicted)).toEqual([]);
      }
      expect(kinds).toBe(objects.length);
    });
  });
}

/** The object with one leaf changed or one field left out, in every way. */
function edits(object: Manifest): Manifest[] {
  const variants = (value: unknown): unknown[] => {
    if (Array.isArray(value))
      return value.flatMap((item, index) => variants(item).map((other) => value.with(index, other)));
    if (isRecord(value)) {
      const without = Object.keys(value).map((key) =>
        Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)),
      );
      const changed = Object.entries(value).flatMap(([key, item]) =>
        variants(item).map((other) => ({ ...value, [key]: other })),
      );
      return [...without, ...changed];
    }
    if (typeof value === 'string') return [`${value}x`];
    return typeof value === 'number' ? [value + 1] : [value !== true];
  };
  const { apiVersion, kind, metadata, ...rest } = object;
  const { name, namespace, ...fields } = metadata;
  return variants({ ...rest, metadata: fields }).map((edited) => {
    const { metadata: more = {}, ...other } = edited as { metadata?: object };
    return {
      apiVersion,
      kind,
      ...other,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...more },
    };
  });
}
