import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { Attachment, Child, Image, Index, Referrer } from './descriptor.ts';
import { OCI_MANIFEST } from './media-type.ts';

const reference = { mediaType: OCI_MANIFEST, digest: `sha256:${'a1'.repeat(32)}`, size: 2 };
const child = { ...reference, platform: { os: 'linux', architecture: 'amd64' } };
const image = { schemaVersion: 2, config: reference, layers: [reference] };

describe('a list and annotations are read as they are', () => {
  test.each<[string, z.ZodType, object]>([
    ['an image', Image, image],
    ['an index', Index, { schemaVersion: 2, manifests: [child, { ...child, annotations: { a: 'b', '': '' } }] }],
    ['an attachment', Attachment, { ...image, annotations: { a: 'b' }, subject: reference }],
    ['a referrer', Referrer, { ...reference, artifactType: 'a', annotations: {} }],
  ])('of %s', (_, schema, value) => {
    expect(schema.parse(value)).toEqual(value);
  });
});

describe('what is bad a thousand times is one problem, with its place', () => {
  const thousand = Array.from({ length: 1_000 });
  const texts = Object.fromEntries(thousand.map((__, nth) => [`key${nth}`, nth]));

  test.each<[string, z.ZodType, object, string]>([
    ['children', Index, { schemaVersion: 2, manifests: thousand.map(() => ({})) }, 'manifests.0.mediaType'],
    [
      'children after a good one',
      Index,
      { schemaVersion: 2, manifests: [child, ...thousand.map(() => 7)] },
      'manifests.1',
    ],
    ['layers', Image, { ...image, layers: thousand.map(() => ({})) }, 'layers.0.mediaType'],
    ['layers of an attachment', Attachment, { ...image, layers: thousand.map(() => ({})) }, 'layers.0.mediaType'],
    ['annotations', Child, { ...child, annotations: texts }, 'annotations.key0'],
    ['annotations of a referrer', Referrer, { ...reference, annotations: texts }, 'annotations.key0'],
    [
      'annotations in an index',
      Index,
      { schemaVersion: 2, manifests: [{ ...child, annotations: texts }] },
      'manifests.0.annotations.key0',
    ],
  ])('%s', (_, schema, value, place) => {
    const { error } = schema.safeParse(value);
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([place]);
  });
});
