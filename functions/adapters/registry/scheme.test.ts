import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFaultyRegistry, type FaultyRegistry } from '../contract/faulty-registry.ts';
import { memoryClock } from '../memory/clock.ts';
import { ask } from './call.ts';
import { openConnection } from './connection.ts';
import { registry } from './registry.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const credential = { username: 'node', password: 'pull-token-0123456789' };
const forever = new AbortController().signal;
const clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });

/** A fetch that finds no TLS anywhere, and plain http everywhere. */
async function schemesTried(host: string): Promise<{ urls: string[]; outcome: string }> {
  const urls: string[] = [];
  const options = { clock, secret: 'shop/registry', actions: 'pull' } as const;
  const tried: typeof fetch = (input) => {
    const { url } = new Request(input);
    urls.push(url);
    if (url.startsWith('http:')) return Promise.resolve(new Response('{}'));
    const cause = Object.assign(new Error('wrong version number'), { code: 'ERR_SSL_WRONG_VERSION_NUMBER' });
    return Promise.reject(new TypeError('fetch failed', { cause }));
  };
  const connection = openConnection({ ...options, fetch: tried }, `${host}/acme/shop`, undefined, forever);
  const outcome = await ask(connection, { method: 'GET', to: 'manifests/one', about: 'it' }).then(
    () => 'found',
    (error: unknown) => (error as { code: string }).code,
  );
  return { urls: [...new Set(urls)], outcome };
}

describe('without TLS', () => {
  test.each(['127.0.0.1:5000', '127.8.9.10:5000', 'localhost:5000', '[::1]:5000'])(
    'a registry at %s is asked with http',
    async (host) => {
      const path = `${host}/v2/acme/shop/manifests/one`;
      expect(await schemesTried(host)).toEqual({ urls: [`https://${path}`, `http://${path}`], outcome: 'found' });
    },
  );

  test.each(['ghcr.io', 'registry.example.org:5000', '10.0.0.1:5000', 'localhost.example.org:5000', 'localhost'])(
    'a registry at %s is not',
    async (host) => {
      const { urls, outcome } = await schemesTried(host);
      expect({ urls, outcome }).toEqual({
        urls: [`https://${host}/v2/acme/shop/manifests/one`],
        outcome: 'RegistryUnreachable',
      });
    },
  );
});

describe('a registry on this machine without TLS', () => {
  let server: FaultyRegistry;
  const TAG = '/v2/acme/shop/manifests/one';
  beforeEach(async () => {
    server = await startFaultyRegistry();
  });
  afterEach(() => server.stop());

  const digest = (): Promise<string> =>
    registry({ clock, secret: 'shop/registry' }).digest(`${server.host}/acme/shop`, 'one', credential, forever);
  const found = { status: 200, headers: { 'docker-content-digest': DIGEST } };
  const challenge = (realm: string) => ({ status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } });

  test('is found, with its token service there', async () => {
    server.answers.set(`HEAD ${TAG}`, [challenge(`http://${server.host}/token`), found]);
    server.answers.set('GET /token', [{ status: 200, body: '{"token":"t0k3n"}' }]);
    expect(await digest()).toBe(DIGEST);
    expect(server.asked.at(-1)?.authorization).toBe('Bearer t0k3n');
  });

  test('stays where it is when a token service beside it speaks no TLS either, which gets no password', async () => {
    const service = await startFaultyRegistry();
    try {
      server.answers.set(`GET ${TAG}`, [challenge(`https://${service.host}/token`)]);
      const options = { clock, secret: 'shop/registry', actions: 'pull' } as const;
      const connection = openConnection(options, `${server.host}/acme/shop`, credential, forever);
      const asked = ask(connection, { method: 'GET', to: 'manifests/one', about: 'it' });
      await expect(asked).rejects.toMatchObject({ code: 'RegistryUnreachable' });
      expect(service.asked).toEqual([]);
      expect(connection.origin).toBe(`http://${server.host}`);
    } finally {
      service.stop();
    }
  });

  test.each(['http://auth.example.org/token', 'http://user@127.0.0.1/token', 'ws://127.0.0.1/token', '/token'])(
    'sends the password to no realm %s',
    async (realm) => {
      server.answers.set(`HEAD ${TAG}`, [challenge(realm)]);
      await expect(digest()).rejects.toMatchObject({ code: 'ImagePullDenied' });
      expect(server.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
    },
  );
});

test.each([
  'user:secret@ghcr.io/acme/shop',
  'ghcr.io/acme/../shop',
  'ghcr.io/acme/shop:tag',
  'acme',
  'ghcr.io/a?b',
  'ghcr.io:99999/acme/shop',
  '[::::]/acme/shop',
  '999.0.0.1/acme/shop',
  '/acme',
])('%s is no name of an image, and is not asked for', (image) => {
  expect(() => openConnection({ clock, secret: '', actions: 'pull' }, image, undefined, forever)).toThrow(
    expect.objectContaining({ code: 'ImageNameInvalid' }) as Error,
  );
});
