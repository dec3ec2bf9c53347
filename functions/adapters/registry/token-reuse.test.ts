import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startFaultyRegistry, type Answer, type FaultyRegistry } from '../contract/faulty-registry.ts';
import { misbehave, type Fault } from '../contract/faulty.ts';
import { memoryClock, type MemoryClock } from '../memory/clock.ts';
import { OCI_INDEX } from './media-type.ts';
import { registry } from './registry.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const VERDICT = 'https://example.org/verdict/v1';
const credential = { username: 'node', password: 'pull-token-0123456789' };
const other = { username: 'node', password: 'pull-token-9876543210' };
const forever = new AbortController().signal;

let server: FaultyRegistry;
let clock: MemoryClock;
let client: ReturnType<typeof registry>;
/** The headers that the registry takes, and what else the token service's answers say. */
let accepted: Set<string>;
let life: object;
beforeAll(async () => {
  server = await startFaultyRegistry();
});
afterAll(() => server.stop());

const challenge = (): Fault => ({
  status: 401,
  headers: {
    'www-authenticate': `Bearer realm="http://${server.host}/token",service="r",scope="repository:acme/shop:pull"`,
  },
});
const guarded =
  (fault: Fault): Exclude<Answer, Fault> =>
  (request, response) =>
    misbehave(accepted.has(request.headers.authorization ?? '') ? fault : challenge(), request, response);
const found: Fault = { status: 200, headers: { 'docker-content-digest': DIGEST } };

/** A private registry that gives out a new token each time. */
beforeEach(() => {
  server.reset();
  clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });
  client = registry({ clock, secret: 'shop/registry' });
  [accepted, life] = [new Set(), { expires_in: 300 }];
  for (const name of ['acme/shop', 'acme/other']) {
    server.answers.set(`HEAD /v2/${name}/manifests/one`, [guarded(found)]);
    const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] });
    server.answers.set(`GET /v2/${name}/referrers/${DIGEST}`, [guarded({ status: 200, body: index })]);
  }
  server.answers.set('GET /token', [
    (request, response) => {
      const token = `t0k3n-${exchanges().length}`;
      accepted.add(`Bearer ${token}`);
      misbehave({ status: 200, body: JSON.stringify({ token, ...life }) }, request, response);
    },
  ]);
});

const exchanges = () => server.asked.filter(({ call }) => call.startsWith('GET /token'));
const image = (name = 'acme/shop'): string => `${server.host}/${name}`;
const digest = (who: typeof credential | null = credential, name?: string): Promise<string> =>
  client.digest(image(name), 'one', who ?? undefined, forever);
const bundles = (): Promise<string[]> => client.bundles(image(), DIGEST, VERDICT, credential, forever);

test('one exchange serves every way of asking, and each request is made once', async () => {
  await digest();
  await bundles();
  await digest();
  expect(server.asked.map(({ call, authorization }) => [call.split('?')[0], authorization?.split(' ')[0]])).toEqual([
    ['HEAD /v2/acme/shop/manifests/one', undefined],
    ['GET /token', 'Basic'],
    ['HEAD /v2/acme/shop/manifests/one', 'Bearer'],
    [`GET /v2/acme/shop/referrers/${DIGEST}`, 'Bearer'],
    ['HEAD /v2/acme/shop/manifests/one', 'Bearer'],
  ]);
});

test('those who ask at the same time make one exchange', async () => {
  await Promise.all([digest(), bundles(), digest(), bundles()]);
  expect(exchanges()).toHaveLength(1);
});

test('another credential, nobody and another repository get tokens of their own, and keep them', async () => {
  const callers: [typeof credential | null, string][] = [
    [credential, 'acme/shop'],
    [other, 'acme/shop'],
    [null, 'acme/shop'],
    [credential, 'acme/other'],
  ];
  for (const _ of [1, 2]) for (const [who, name] of callers) await digest(who, name);
  const basic = ({ username, password }: typeof credential): string =>
    `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  expect(exchanges().map(({ authorization }) => authorization)).toEqual([
    basic(credential),
    basic(other),
    undefined,
    basic(credential),
  ]);
  const second = server.asked.filter(({ authorization }) => authorization?.startsWith('Bearer')).slice(-4);
  expect(second.map(({ authorization }) => authorization)).toEqual([1, 2, 3, 4].map((nth) => `Bearer t0k3n-${nth}`));
});

test('another client knows nothing of it', async () => {
  await digest();
  client = registry({ clock, secret: 'shop/registry' });
  await digest();
  expect(exchanges()).toHaveLength(2);
});

describe('how long it serves', () => {
  test.each<[string, object, number, number]>([
    ['as long as it says', { expires_in: 120 }, 109, 1],
    ['not longer', { expires_in: 120 }, 110, 2],
    ['a minute where that is missing', {}, 49, 1],
    ['not longer than a minute then', {}, 50, 2],
    ['five minutes where that is huge', { expires_in: 1e12 }, 289, 1],
    ['not longer than five minutes', { expires_in: 1e12 }, 290, 2],
    ['for no other call where it is negative', { expires_in: -1 }, 0, 2],
    ['for no other call where it is no number', { expires_in: '300' }, 0, 2],
    ['from when it was issued', { expires_in: 120, issued_at: '2025-12-31T23:59:00Z' }, 50, 2],
  ])('%s', async (_, answer, seconds, count) => {
    life = answer;
    await digest();
    await clock.advance(seconds * 1_000);
    await digest();
    expect(exchanges()).toHaveLength(count);
    // An old one is not even sent.
    expect(server.asked).toHaveLength(count === 1 ? 4 : 6);
  });

  test('one that serves no other call serves all requests of its own', async () => {
    life = { expires_in: 0 };
    server.answers.set(`GET /v2/acme/shop/referrers/${DIGEST}`, [guarded({ status: 404 })]);
    server.answers.set(`GET /v2/acme/shop/manifests/${DIGEST.replace(':', '-')}`, [guarded({ status: 404 })]);
    await bundles();
    expect(exchanges()).toHaveLength(1);
  });
});

describe('a token that is refused', () => {
  test('before its time is replaced once, and the new one serves on', async () => {
    await digest();
    accepted.clear();
    expect([await digest(), await digest()]).toEqual([DIGEST, DIGEST]);
    expect(exchanges()).toHaveLength(2);
    expect(server.asked.slice(3).map(({ authorization }) => authorization?.split(' ').at(-1))).toEqual([
      't0k3n-1',
      expect.any(String),
      't0k3n-2',
      't0k3n-2',
    ]);
  });

  test('in the middle of a call is replaced once, however many requests it is refused to', async () => {
    await digest();
    accepted.clear();
    await Promise.all([digest(), digest(), bundles(), bundles()]);
    expect(exchanges()).toHaveLength(2);
  });

  test('for ever is ImagePullDenied after one new one, which is not kept either', async () => {
    await digest();
    server.answers.set('HEAD /v2/acme/shop/manifests/one', [challenge()]);
    await expect(digest()).rejects.toMatchObject({ code: 'ImagePullDenied', retryable: false });
    expect(exchanges()).toHaveLength(2);
    expect(server.asked).toHaveLength(6);
    server.answers.set('HEAD /v2/acme/shop/manifests/one', [guarded(found)]);
    await digest();
    expect(server.asked[6]?.authorization).toBeUndefined();
  });

  test('without a challenge is replaced once, too', async () => {
    await digest();
    accepted.clear();
    server.answers.set('HEAD /v2/acme/shop/manifests/one', [{ status: 401 }, guarded(found)]);
    expect(await digest()).toBe(DIGEST);
    expect(
      server.asked.slice(3).map(({ call, authorization }) => [call.split('?')[0], authorization?.split(' ')[0]]),
    ).toEqual([
      ['HEAD /v2/acme/shop/manifests/one', 'Bearer'],
      ['HEAD /v2/acme/shop/manifests/one', undefined],
      ['GET /token', 'Basic'],
      ['HEAD /v2/acme/shop/manifests/one', 'Bearer'],
    ]);
    server.answers.set('HEAD /v2/acme/shop/manifests/one', [{ status: 401 }]);
    await expect(digest()).rejects.toMatchObject({ code: 'ImagePullDenied' });
    expect(server.asked).toHaveLength(9);
  });

  test('together with the password is RegistryUnauthorized', async () => {
    await digest();
    accepted.clear();
    server.answers.set('GET /token', [{ status: 401 }]);
    await expect(digest()).rejects.toMatchObject({ code: 'RegistryUnauthorized' });
    await expect(digest()).rejects.toMatchObject({ code: 'RegistryUnauthorized' });
    expect(server.asked.slice(3).map(({ authorization }) => authorization?.split(' ')[0])).toEqual([
      'Bearer',
      'Basic',
      // It is forgotten, though nothing came in its place.
      undefined,
      'Basic',
    ]);
  });

  test('while the token service is down is waited for', async () => {
    await digest();
    accepted.clear();
    server.answers.get('GET /token')?.unshift({ status: 503 }, 'reset');
    expect(await digest()).toBe(DIGEST);
  });

  test('with 403 is replaced once: the right to the image may be newer than it is', async () => {
    // RFC 6750: it says what is missing, and not where to get it.
    const forbidden: Fault = { status: 403, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } };
    server.answers.set('HEAD /v2/acme/shop/manifests/one', [guarded(forbidden)]);
    await expect(digest()).rejects.toMatchObject({ code: 'ImagePullDenied' });
    server.answers.set('HEAD /v2/acme/shop/manifests/one', [
      (request, response) => {
        const isOld = request.headers.authorization === 'Bearer t0k3n-1';
        return guarded(isOld ? forbidden : found)(request, response);
      },
    ]);
    expect([await digest(), await digest()]).toEqual([DIGEST, DIGEST]);
    expect(server.asked.slice(3).map(({ authorization }) => authorization?.split(' ').at(-1))).toEqual([
      't0k3n-1',
      undefined,
      expect.any(String),
      't0k3n-2',
      't0k3n-2',
    ]);
  });

  test('with 403 for ever is ImagePullDenied after one new one', async () => {
    await digest();
    server.answers.set('HEAD /v2/acme/shop/manifests/one', [guarded({ status: 403 })]);
    await expect(digest()).rejects.toMatchObject({ code: 'ImagePullDenied', retryable: false });
    expect(exchanges()).toHaveLength(2);
    expect(server.asked).toHaveLength(7);
  });

  test('with 403 in the call that it was fetched for is final', async () => {
    server.answers.set(`GET /v2/acme/shop/referrers/${DIGEST}`, [guarded({ status: 404 })]);
    server.answers.set(`GET /v2/acme/shop/manifests/${DIGEST.replace(':', '-')}`, [guarded({ status: 403 })]);
    await expect(bundles()).rejects.toMatchObject({ code: 'ImagePullDenied' });
    expect(exchanges()).toHaveLength(1);
    expect(server.asked).toHaveLength(4);
  });

  test('is not the one that a storage answers 403 without', async () => {
    await digest();
    const storage = await startFaultyRegistry();
    try {
      storage.answers.set('HEAD /there', [{ status: 403 }]);
      const away: Fault = { status: 307, headers: { location: `http://${storage.host}/there` } };
      server.answers.set('HEAD /v2/acme/shop/manifests/one', [guarded(away)]);
      await expect(digest()).rejects.toMatchObject({ code: 'ImagePullDenied' });
      expect(storage.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
      expect(exchanges()).toHaveLength(1);
    } finally {
      storage.stop();
    }
  });
});

test('basic authentication is asked for by each call: no password stays in memory', async () => {
  const basic: Fault = { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } };
  server.answers.set('HEAD /v2/acme/shop/manifests/one', [basic, found, basic, found]);
  await digest();
  await digest();
  expect(server.asked.map(({ authorization }) => authorization?.split(' ')[0])).toEqual([
    undefined,
    'Basic',
    undefined,
    'Basic',
  ]);
});

test('nothing of it is to be seen from outside, or in an error', async () => {
  await digest();
  server.answers.set('HEAD /v2/acme/shop/manifests/one', [{ status: 500 }]);
  const error = await digest().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'RegistryUnreachable' });
  const seen = inspect([client, error], { depth: null, showHidden: true });
  for (const secret of ['t0k3n', credential.password]) expect(seen).not.toContain(secret);
});
