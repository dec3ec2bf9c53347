import type { IncomingMessage, Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority, issue } from '../../../sandbox/host/certificate.ts';
import { misbehave, type Fault } from '../contract/faulty.ts';
import { memoryClock, type MemoryClock } from '../memory/clock.ts';
import { registry } from './registry.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const credential = { username: 'node', password: 'pull-token-0123456789' };
const basic = `Basic ${Buffer.from('node:pull-token-0123456789').toString('base64')}`;

/** A registry whose answers are chosen one by one: those of its token service, and those to everything else. */
describe('a registry that does not behave', () => {
  let server: Server;
  let host: string;
  let clock: MemoryClock;
  let manifests: Fault[];
  let tokens: Fault[];
  let asked: { path: string; authorization: string | undefined; accept: string | undefined }[];
  const trusted = getCACertificates('default');

  const challenge = (): Fault => ({
    status: 401,
    headers: {
      'www-authenticate': `Bearer realm="https://${host}/token",service="registry",scope="repository:acme/shop:pull"`,
    },
  });
  const found: Fault = { status: 200, headers: { 'docker-content-digest': DIGEST } };
  const token: Fault = { status: 200, body: '{"token":"t0k3n"}' };

  beforeAll(async () => {
    const authority = await createAuthority('test CA');
    const { certificate, key } = await issue(authority, 'registry', ['127.0.0.1']);
    // What NODE_EXTRA_CA_CERTS does for the whole process.
    setDefaultCACertificates([...trusted, authority.pem]);
    server = createServer({ cert: certificate, key }, (request: IncomingMessage, response) => {
      const { authorization, accept } = request.headers;
      asked.push({ path: request.url ?? '', authorization, accept });
      const fault = request.url?.startsWith('/token') ? (tokens.shift() ?? token) : (manifests.shift() ?? found);
      misbehave(fault, request, response);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    setDefaultCACertificates(trusted);
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });
    [manifests, tokens, asked] = [[], [], []];
  });

  const digest = (who: typeof credential | null = credential, signal = new AbortController().signal) =>
    registry({
      clock,
      secret: 'shop/registry',
      timeoutMs: [...manifests, ...tokens].includes('hang') ? 1_000 : 30_000,
    }).digest(`${host}/acme/shop`, 'one', who ?? undefined, signal);
  const fault = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );

  test('a public image needs no token; an index is asked for as well as a manifest', async () => {
    expect(await digest(null)).toBe(DIGEST);
    expect(asked).toEqual([
      {
        path: '/v2/acme/shop/manifests/one',
        authorization: undefined,
        accept: expect.stringContaining('image.index.v1') as string,
      },
    ]);
  });

  test('a token is fetched from the realm with the scope that the challenge names', async () => {
    manifests.push(challenge());
    expect(await digest()).toBe(DIGEST);
    expect(asked.map(({ path, authorization }) => [path, authorization])).toEqual([
      ['/v2/acme/shop/manifests/one', undefined],
      ['/token?service=registry&scope=repository%3Aacme%2Fshop%3Apull', basic],
      ['/v2/acme/shop/manifests/one', 'Bearer t0k3n'],
    ]);
  });

  test('what the token is for is what the registry says, not what its name is here', async () => {
    const header = `Bearer realm="https://${host}/token",scope="repository:library/shop:pull"`;
    manifests.push({ status: 401, headers: { 'www-authenticate': header } });
    await digest();
    expect(asked[1]?.path).toBe('/token?scope=repository%3Alibrary%2Fshop%3Apull');
  });

  test('a token may come as access_token', async () => {
    manifests.push(challenge());
    tokens.push({ status: 200, body: '{"access_token":"acc355"}' });
    await digest();
    expect(asked.at(-1)?.authorization).toBe('Bearer acc355');
  });

  test('basic authentication where the registry asks for that', async () => {
    manifests.push({ status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } });
    expect(await digest()).toBe(DIGEST);
    expect(asked.at(-1)?.authorization).toBe(basic);
  });

  test.each<[string, string, typeof credential | null]>([
    ['a token', 'Basic realm="r", Bearer realm="https://HOST/token",service="r"', credential],
    ['a token for nobody', 'Basic realm="r", Bearer realm="https://HOST/token",service="r"', null],
    ['a token, in whatever case', 'BEARER Realm="https://HOST/token", Service="r"', credential],
    ['a token, beside what nobody knows', 'Negotiate, Bearer realm="https://HOST/token",service="r"', credential],
    ['a token, before the password', 'Bearer realm="https://HOST/token",service="r", Basic realm="r"', credential],
  ])('of several ways to authenticate it takes %s', async (_, header, who) => {
    manifests.push({ status: 401, headers: { 'www-authenticate': header.replace('HOST', host) } });
    expect(await digest(who)).toBe(DIGEST);
    expect(asked[1]).toMatchObject({ path: '/token?service=r', authorization: who === null ? undefined : basic });
    expect(asked.at(-1)?.authorization).toBe('Bearer t0k3n');
  });

  test.each([
    ['over http', 'Bearer realm="http://127.0.0.1:1/token",service="registry"'],
    ['of another kind', 'Bearer realm="file:///etc/passwd"'],
    ['nowhere', 'Bearer service="registry"'],
    ['in no known scheme', 'Negotiate'],
    ['in another scheme', 'Digest realm="https://registry.example.org/token"'],
    ['that is cut off', 'Bearer realm="https://registry.example.org/tok'],
    ['with a name in it', 'Bearer realm="https://node@registry.example.org/token"'],
  ])('the password goes to no realm %s', async (_, header) => {
    manifests.push({ status: 401, headers: { 'www-authenticate': header } });
    await expect(digest()).rejects.toMatchObject({ code: 'ImagePullDenied' });
    expect(asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test.each<[string, string, () => void]>([
    [
      '401 of the token service',
      'RegistryUnauthorized',
      () => void (manifests.push(challenge()), tokens.push({ status: 401 })),
    ],
    [
      '403 of the token service',
      'ImagePullDenied',
      () => void (manifests.push(challenge()), tokens.push({ status: 403 })),
    ],
    [
      '404 of the token service, to the end',
      'RegistryUnreachable',
      () => {
        for (let each = 0; each < 4; each++) void (manifests.push(challenge()), tokens.push({ status: 404 }));
      },
    ],
    ['401 after a token', 'ImagePullDenied', () => void manifests.push(challenge(), { status: 401 })],
    ['403 after a token', 'ImagePullDenied', () => void manifests.push(challenge(), { status: 403 })],
    [
      '401 after the password',
      'RegistryUnauthorized',
      () =>
        void manifests.push(
          { status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } },
          { status: 401 },
        ),
    ],
    ['404', 'ImageNotFound', () => void manifests.push(challenge(), { status: 404 })],
    [
      '429 to the end',
      'RegistryRateLimited',
      () => void manifests.push(...Array.from({ length: 4 }, () => ({ status: 429 }))),
    ],
  ])('%s is %s', async (_, code, prepare) => {
    prepare();
    await expect(digest()).rejects.toMatchObject({ code });
  });

  test('a name with capitals is not asked for, and the right one is told', async () => {
    const client = registry({ clock, secret: 'shop/registry' });
    const call = client.digest(`${host}/Acme/shop`, 'one', undefined, new AbortController().signal);
    await expect(call).rejects.toMatchObject({
      code: 'ImageNameInvalid',
      details: { suggestion: `${host}/acme/shop` },
    });
    expect(asked).toEqual([]);
  });

  const outages: [string, Fault][] = [
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['429', { status: 429, headers: { 'retry-after': '2' } }],
    ['a broken connection', 'reset'],
    ['silence', 'hang'],
  ];
  test.each(outages)('tries again after %s of the registry', async (_, given) => {
    manifests.push(given);
    expect(await digest(null)).toBe(DIGEST);
  });

  test.each(outages)('tries again after %s of the token service', async (_, given) => {
    manifests.push(challenge(), challenge());
    tokens.push(given);
    expect(await digest()).toBe(DIGEST);
    expect(asked.filter(({ path }) => path.startsWith('/token'))).toHaveLength(2);
  });

  test('waits as long as the registry asks, but not for minutes', async () => {
    manifests.push({ status: 429, headers: { 'retry-after': '7' } });
    await digest(null);
    expect(clock.now().toISOString()).toBe('2026-01-01T00:00:07.000Z');
    manifests.push({ status: 429, headers: { 'retry-after': '600' } });
    await expect(digest(null)).rejects.toMatchObject({ code: 'RegistryRateLimited', retryable: true });
    expect(asked).toHaveLength(3);
  });

  test('waits until the moment that the registry names, and at its own pace where that has passed', async () => {
    manifests.push({ status: 503, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' } });
    await digest(null);
    expect(clock.now().toISOString()).toBe('2026-01-01T00:00:09.000Z');
    manifests.push({ status: 429, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' } });
    await digest(null);
    expect(clock.now().toISOString()).toBe('2026-01-01T00:00:09.600Z');
    for (const absurd of ['Fri, 31 Dec 9999 23:59:59 GMT', '9'.repeat(400)]) {
      manifests.push({ status: 429, headers: { 'retry-after': absurd } });
      await expect(digest(null)).rejects.toMatchObject({ code: 'RegistryRateLimited' });
    }
    expect(asked).toHaveLength(6);
  });

  test('gives up after four tries, and says what came', async () => {
    manifests.push(...Array.from({ length: 5 }, (): Fault => ({ status: 503 })));
    await expect(digest(null)).rejects.toMatchObject({
      code: 'RegistryUnreachable',
      message: `${host} answered 503 for ${host}/acme/shop:one.`,
      details: { registry: host },
    });
    expect(asked).toHaveLength(4);
  });

  test.each<[string, Fault]>([
    ['no JSON', { status: 200, body: '<html>' }],
    ['no token', { status: 200, body: '{}' }],
    ['a token without end', { status: 200, body: `{"token":"${'x'.repeat(64 * 1024)}"}` }],
    ['a token that is no header', { status: 200, body: '{"token":"t0k3n\\nx: y"}' }],
  ])('a token service that sends %s is RegistryUnreachable', async (_, given) => {
    for (let each = 0; each < 4; each++) {
      manifests.push(challenge());
      tokens.push(given);
    }
    await expect(digest()).rejects.toMatchObject({ code: 'RegistryUnreachable' });
  });

  test.each<[string, () => void]>([
    ['401 again', () => manifests.push(challenge(), { status: 401 })],
    ['403 of the token service', () => void (manifests.push(challenge()), tokens.push({ status: 403 }))],
    [
      'outages',
      () => manifests.push(challenge(), 'reset', challenge(), 'reset', challenge(), 'reset', challenge(), 'reset'),
    ],
  ])('nothing of the credential is in an error: %s', async (_, prepare) => {
    prepare();
    const error = (await fault(digest())) as Error;
    expect(error).toMatchObject({ name: 'ReleaseError' });
    const told = [
      JSON.stringify(error),
      error.message,
      error.stack,
      JSON.stringify(error.cause),
      String(error.cause),
    ].join();
    for (const secret of [credential.password, basic, 't0k3n']) expect(told).not.toContain(secret);
  });

  test('a signal that ends in the middle ends it, with its reason', async () => {
    const reason = new Error('the time is up');
    const time = new AbortController();
    manifests.push('hang');
    const call = fault(digest(credential, time.signal));
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    time.abort(reason);
    expect(await call).toBe(reason);
  });

  test('a registry with a certificate of a CA that nobody trusts is not spoken with', async () => {
    setDefaultCACertificates(trusted);
    const other = await createAuthority('another CA');
    const { certificate, key } = await issue(other, 'registry', ['127.0.0.1']);
    const stranger = createServer(
      { cert: certificate, key },
      (request) =>
        void asked.push({ path: request.url ?? '', authorization: request.headers.authorization, accept: '' }),
    );
    await new Promise<void>((resolve) => void stranger.listen(0, '127.0.0.1', resolve));
    const at = `127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    const call = registry({ clock, secret: undefined }).digest(
      `${at}/acme/shop`,
      'one',
      credential,
      new AbortController().signal,
    );
    await expect(call).rejects.toMatchObject({
      code: 'RegistryUnreachable',
      message: expect.stringContaining(at) as string,
    });
    expect(asked).toEqual([]);
    stranger.close();
  });
});
