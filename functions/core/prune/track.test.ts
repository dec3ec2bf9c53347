import { describe, expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { owned, owner } from '../testing/inventory.ts';
import type { Entry } from './inventory.ts';
import { trackApplied, trackWanted } from './track.ts';

const desired = owned('ConfigMap', 'a');
const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' };
const byHawser = [{ manager: 'hawser', operation: 'Apply' }];
const live = (uid: string, metadata: object = { managedFields: byHawser }): Manifest =>
  owned('ConfigMap', 'a', { metadata: { uid, ...metadata } });
const byKubectl = { managedFields: [{ manager: 'kubectl-client-side-apply', operation: 'Update' }] };

describe('trackWanted', () => {
  test.each<[string, Entry[], Manifest | undefined, Entry]>([
    ['new: its UID is not known yet', [], undefined, ref],
    ['there, applied by Hawser before there was an inventory', [], live('u-1'), { ...ref, uid: 'u-1' }],
    [
      'there, applied by Hawser for another app',
      [],
      live('u-1', {
        managedFields: byHawser,
        labels: { ...desired.metadata.labels, 'app.kubernetes.io/name': 'cart' },
      }),
      { ...ref, uid: 'u-1', adopted: true },
    ],
    [
      'planned before and applied, with a name label of its own',
      [ref],
      live('u-1', {
        managedFields: byHawser,
        labels: { ...desired.metadata.labels, 'app.kubernetes.io/name': 'cart' },
      }),
      { ...ref, uid: 'u-1' },
    ],
    ['there, made by somebody else', [], live('u-1', byKubectl), { ...ref, uid: 'u-1', adopted: true }],
    [
      'there, applied by Hawser for another environment',
      [],
      live('u-1', {
        managedFields: byHawser,
        labels: { 'app.kubernetes.io/managed-by': 'hawser', 'hawser.dev/environment': 'staging' },
      }),
      { ...ref, uid: 'u-1', adopted: true },
    ],
    ['known', [{ ...ref, uid: 'u-1' }], live('u-1', byKubectl), { ...ref, uid: 'u-1' }],
    ['known as adopted', [{ ...ref, uid: 'u-1', adopted: true }], live('u-1'), { ...ref, uid: 'u-1', adopted: true }],
    ['wanted again', [{ ...ref, uid: 'u-1', why: 'kept' }], live('u-1'), { ...ref, uid: 'u-1' }],
    [
      'made anew by somebody else',
      [{ ...ref, uid: 'u-0' }],
      live('u-1', byKubectl),
      { ...ref, uid: 'u-1', adopted: true },
    ],
    ['removed by somebody', [{ ...ref, uid: 'u-0', adopted: true }], undefined, ref],
    ['planned before, applied, and cut off', [ref], live('u-1'), { ...ref, uid: 'u-1' }],
    [
      'planned before, and somebody else was faster',
      [ref],
      live('u-1', byKubectl),
      { ...ref, uid: 'u-1', adopted: true },
    ],
    ['known under an older version', [{ ...ref, apiVersion: 'v1', uid: 'u-1' }], live('u-1'), { ...ref, uid: 'u-1' }],
  ])('%s', (_, entries, object, expected) => {
    expect(trackWanted(owner, entries, [{ desired, live: object }])).toEqual([expected]);
  });

  test('keeps everything that was tracked, with its reason', () => {
    const other: Entry = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'b', uid: 'u-2', why: 'kept' };
    expect(trackWanted(owner, [other], [{ desired, live: undefined }])).toEqual([other, ref]);
  });

  test('another version of the same group is the same object, to be removed by its new version', () => {
    const old: Entry = { apiVersion: 'apps/v1beta1', kind: 'Deployment', namespace: 'shop', name: 'a', uid: 'u-1' };
    const now = owned('Deployment', 'a', { apiVersion: 'apps/v1' });
    const seen = { ...now, metadata: { ...now.metadata, uid: 'u-1' } };
    expect(trackWanted(owner, [old], [{ desired: now, live: seen }])).toEqual([{ ...old, apiVersion: 'apps/v1' }]);
  });

  test('leaves out what Hawser keeps for itself', () => {
    const secret = owned('Secret', 'hawser-pull');
    expect(trackWanted(owner, [], [{ desired: secret, live: undefined }])).toEqual([]);
  });
});

describe('trackApplied', () => {
  test.each<[string, Entry, Manifest | undefined, Entry]>([
    ['the UID that the apply returned', ref, live('u-1'), { ...ref, uid: 'u-1' }],
    ['none was told', ref, undefined, ref],
    ['the same', { ...ref, uid: 'u-1', adopted: true }, live('u-1'), { ...ref, uid: 'u-1', adopted: true }],
    ['made anew by the apply', { ...ref, uid: 'u-0', adopted: true }, live('u-1'), { ...ref, uid: 'u-1' }],
  ])('%s', (_, entry, object, expected) => {
    expect(trackApplied([entry], [{ desired, live: object }])).toEqual([expected]);
  });
});
