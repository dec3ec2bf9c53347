import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { fail } from './errors.ts';
import { failureOf } from './failure.ts';
import type { Manifest } from './kubernetes.ts';
import { findRejection, fingerprint, withoutRejection, withRejection, type Rejection } from './rejection.ts';

const objects = (revision: string, replicas = 1): Manifest[] => [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shop', labels: { 'hawser.dev/revision': revision } },
    spec: { replicas, template: { metadata: { labels: { 'hawser.dev/revision': revision, app: 'shop' } } } },
  },
];
const deployed = (release: string, image = 'registry.test/shop@sha256:aa', print = fingerprint(objects('a'))) => ({
  image,
  fingerprint: print,
  revision: 'a'.repeat(40),
  release,
  at: '2026-11-24T10:00:00.000Z',
});
const crash = failureOf(fail('ContainerCrashing', 'Pod shop/shop-1: container app exits 1.', {}));

describe('fingerprint', () => {
  test('is the same for two commits that deploy the same thing, and another when the manifests change', () => {
    expect(fingerprint(objects('a'))).toBe(fingerprint(objects('b')));
    expect(fingerprint(objects('a', 2))).not.toBe(fingerprint(objects('a')));
  });
});

describe('rejections', () => {
  test('the same image with the same objects is found; another image, other objects, or the release itself is not', () => {
    const list = withRejection([], deployed('bad'), crash);
    const found = (change: object): Rejection | undefined => findRejection(list, { ...deployed('next'), ...change });
    expect(found({})).toMatchObject({ release: 'bad', code: 'ContainerCrashing', message: crash.message });
    expect(found({ image: 'registry.test/shop@sha256:bb' })).toBeUndefined();
    expect(found({ fingerprint: fingerprint(objects('a', 2)) })).toBeUndefined();
    expect(found({ release: 'bad' })).toBeUndefined();
  });

  test.each(['ApiServerUnreachable', 'ImagePullDenied', 'Unexpected'] as const)(
    'a failure that is not the change’s own is not remembered: %s',
    (code) => {
      expect(withRejection([], deployed('bad'), failureOf(fail(code, 'x', {})))).toEqual([]);
    },
  );

  test('what serves at last is forgotten', () => {
    const list = withRejection(withRejection([], deployed('bad'), crash), deployed('other', 'other@sha256:cc'), crash);
    expect(withoutRejection(list, deployed('good')).map(({ release }) => release)).toEqual(['other']);
  });

  test('the list is bounded, newest first, each thing once, whatever fails', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 80 }), (images) => {
        const list = images.reduce<Rejection[]>(
          (before, image, index) => withRejection(before, deployed(`rel_${index}`, `shop@sha256:${image}`), crash),
          [],
        );
        expect(list.length).toBeLessThanOrEqual(20);
        expect(new Set(list.map(({ image }) => image)).size).toBe(list.length);
        expect(list[0]?.image).toBe(images.length === 0 ? undefined : `shop@sha256:${images.at(-1)}`);
      }),
    );
  });
});
