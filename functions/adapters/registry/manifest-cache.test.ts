import { beforeEach, describe, expect, test } from 'vitest';
import type { ImageManifest } from '../../core/ports.ts';
import { manifestCache } from './manifest-cache.ts';

const imageOf = (config: string): ImageManifest => ({
  kind: 'image',
  config,
  platform: { os: 'linux', architecture: 'amd64' },
});

let asked: string[];
let cache: ReturnType<typeof manifestCache>;
beforeEach(() => {
  [asked, cache] = [[], manifestCache()];
});
const get = (key: string, manifest = imageOf(key)): Promise<ImageManifest> =>
  cache(key, () => (asked.push(key), Promise.resolve(manifest)));

test('what was read is not asked for again', async () => {
  for (const key of ['a', 'b', 'a', 'b']) expect(await get(key)).toEqual(imageOf(key));
  expect(asked).toEqual(['a', 'b']);
});

test('what one does to it is not seen by the next', async () => {
  const first = await get('a');
  Object.assign(first, { config: 'another' });
  expect(await get('a')).toEqual(imageOf('a'));
});

test('what fails is asked for again', async () => {
  const failing = cache('a', () => Promise.reject(new Error('503')));
  await expect(failing).rejects.toThrow('503');
  expect(await get('a')).toEqual(imageOf('a'));
  expect(asked).toEqual(['a']);
});

describe('how much is kept', () => {
  const names = Array.from({ length: 32 }, (_, nth) => `key ${nth}`);

  test('32, without the one that nobody has asked for longest', async () => {
    for (const name of names) await get(name);
    await get('key 0');
    await get('one more');
    asked = [];
    for (const name of [...names.filter((one) => one !== 'key 1'), 'one more']) await get(name);
    expect(asked).toEqual([]);
    await get('key 1');
    expect(asked).toEqual(['key 1']);
  });

  test('256 Ki characters, of however few', async () => {
    const third = imageOf('x'.repeat(100 * 1024));
    for (const key of ['a', 'b', 'c']) await get(key, third);
    asked = [];
    for (const key of ['b', 'c']) await get(key, third);
    expect(asked).toEqual([]);
    await get('a', third);
    expect(asked).toEqual(['a']);
  });

  test('not what alone is more, and the others stay', async () => {
    const large = imageOf('x'.repeat(256 * 1024));
    await get('small');
    for (const _ of [1, 2]) expect(await get('large', large)).toEqual(large);
    await get('small');
    expect(asked).toEqual(['small', 'large', 'large']);
  });
});
