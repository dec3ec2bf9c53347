import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../contract/faulty-registry.ts';
import type { Fault } from '../contract/faulty.ts';
import { useFaultyRegistry } from '../contract/use-faulty-registry.ts';
import { memoryClock } from '../memory/clock.ts';
import { ask } from './call.ts';
import { openConnection } from './connection.ts';
import { digestOf } from './content.ts';
import { OCI_INDEX, OCI_MANIFEST } from './media-type.ts';
import { registry } from './registry.ts';

const MIB = 1024 * 1024;
const credential = { username: 'node', password: 'pull-token-0123456789' };
const clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });
const forever = new AbortController().signal;

const server = await useFaultyRegistry();

const client = (timeoutMs?: number) =>
  registry({ clock, secret: 'shop/registry', ...(timeoutMs === undefined ? {} : { timeoutMs }) });
const image = (): string => `${server.host}/acme/shop`;
const manifest = (digest: string, timeoutMs?: number) =>
  client(timeoutMs).manifest(image(), digest, credential, forever);
const answer = (digest: string, ...answers: Answer[]): void =>
  void server.answers.set(`GET /v2/acme/shop/manifests/${digest}`, answers);
const platform = { os: 'linux', architecture: 'amd64' };
const indexOf = (digests: string[], more: object = {}): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: digests.map((digest) => ({ mediaType: OCI_MANIFEST, digest, size: 2, platform })),
    ...more,
  });
const child = `sha256:${'c1'.repeat(32)}`;
const index = indexOf([child]);
const digest = digestOf(Buffer.from(index));

/** Sends as much as is taken, and never ends. */
const endless =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, headers);
    const chunk = Buffer.alloc(64 * 1024, ' ');
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  };
/** Sends a byte now and then, and never ends. */
const slow: Answer = (_, response) => {
  response.writeHead(200, { 'content-type': OCI_INDEX });
  const more = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(more));
};

describe('where the password goes', () => {
  /** What is asked of whom when a registry out there names this realm, or leads on to it. */
  async function askedOf(registryHost: string, first: Response): Promise<{ asked: string[]; code: string }> {
    const asked: string[] = [];
    const pretend: typeof fetch = (input, init) => {
      const { url, headers } = new Request(input, init);
      asked.push(`${url.split('?')[0]} ${headers.get('authorization')?.split(' ')[0]}`);
      if (asked.length === 1) return Promise.resolve(first);
      return Promise.resolve(new Response('{"token":"t0k3n"}'));
    };
    const options = { clock, secret: 's', actions: 'pull', fetch: pretend } as const;
    const connection = openConnection(options, `${registryHost}/acme/shop`, credential, forever);
    const code = await ask(connection, { method: 'GET', to: 'manifests/one', about: 'it' }).then(
      () => 'found',
      (error: unknown) => (error as { code: string }).code,
    );
    return { asked: asked.slice(1), code };
  }
  const challenge = (realm: string): Response =>
    new Response('', { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } });
  const redirect = (location: string): Response => new Response('', { status: 307, headers: { location } });

  test.each(['https://auth.example.org/token', 'https://10.0.0.5:5001/token', 'https://[fd00::5]/token'])(
    'to a token service at %s, with TLS',
    async (realm) => {
      expect(await askedOf('registry.example.org', challenge(realm))).toEqual({
        asked: [`${realm} Basic`, 'https://registry.example.org/v2/acme/shop/manifests/one Bearer'],
        code: 'found',
      });
    },
  );

  const inside = ['127.0.0.1', '127.1:9001', '0.0.0.0', '169.254.169.254', '[::1]', '[::ffff:7f00:1]', 'a.localhost'];
  test.each([
    'http://auth.example.org/token',
    'http://registry.example.org/token',
    ...inside.map((at) => `https://${at}/`),
  ])('to no token service at %s of a registry out there, nor does a redirect lead there', async (url) => {
    for (const host of ['registry.example.org', '10.0.0.1:5000']) {
      expect(await askedOf(host, challenge(url))).toEqual({ asked: [], code: 'ImagePullDenied' });
      expect(await askedOf(host, redirect(url))).toEqual({ asked: [], code: 'RegistryAnswerInvalid' });
    }
  });
});

describe('a body', () => {
  test.each<[string, Answer[], string]>([
    ['of an answer', [endless(200)], 'RegistryAnswerInvalid'],
    ['of a refusal', [endless(403)], 'ImagePullDenied'],
    ['of a challenge', [endless(401)], 'ImagePullDenied'],
    ['of a failure', [endless(500)], 'RegistryUnreachable'],
    ['of a redirect', [endless(307, { location: '/nowhere' })], 'ImageNotFound'],
  ])('%s that does not end is left', async (_, answers, code) => {
    answer(digest, ...answers);
    await expect(manifest(digest)).rejects.toMatchObject({ code });
  });

  test('of a token that does not end is left', async () => {
    const realm = `Bearer realm="http://${server.host}/token"`;
    answer(digest, { status: 401, headers: { 'www-authenticate': realm } });
    server.answers.set('GET /token', [endless(200)]);
    await expect(manifest(digest)).rejects.toMatchObject({ code: 'RegistryUnreachable' });
  });

  test.each<[string, Answer]>([
    ['comes a byte at a time', slow],
    ['never begins', 'hang'],
  ])('that %s is waited for as long as one answer may take', async (_, given) => {
    answer(digest, given);
    await expect(manifest(digest, 150)).rejects.toMatchObject({ code: 'RegistryUnreachable', retryable: true });
  });

  test('that comes after many slow redirects is waited for no longer than one', async () => {
    const later =
      (location: string): Answer =>
      (_, response) =>
        void setTimeout(() => response.writeHead(307, { location }).end(), 100);
    answer(digest, later('/1'));
    for (const hop of [1, 2, 3]) server.answers.set(`GET /${hop}`, [later(`/${hop + 1}`)]);
    server.answers.set('GET /4', [{ status: 200, headers: { 'content-type': OCI_INDEX }, body: index }]);
    await expect(manifest(digest, 250)).rejects.toMatchObject({ code: 'RegistryUnreachable' });
    expect(server.asked.filter(({ call }) => call === 'GET /4')).toEqual([]);
  });

  test('that is slow ends with the signal, with its reason', async () => {
    const [time, reason] = [new AbortController(), new Error('the time is up')];
    answer(digest, (request, response) => {
      if (typeof slow === 'function') slow(request, response);
      setTimeout(() => time.abort(reason), 50);
    });
    await expect(client().manifest(image(), digest, credential, time.signal)).rejects.toBe(reason);
    expect(server.asked).toHaveLength(1);
  });
});

describe('a body that is encoded', () => {
  const encoded = (encoding: string, body: Buffer): Fault => ({
    status: 200,
    headers: { 'content-type': OCI_INDEX, 'content-encoding': encoding },
    body,
  });
  const text = Buffer.from(index);

  test.each<[string, Buffer]>([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['gzip, gzip', gzipSync(gzipSync(text))],
    ['identity', text],
  ])('with %s is what it was before', async (encoding, body) => {
    answer(digest, encoded(encoding, body));
    expect(await manifest(digest)).toEqual({ kind: 'index', images: [{ digest: child, platform }] });
  });

  test.each<[string, Fault]>([
    ['is of another encoding', encoded('br', gzipSync(text))],
    ['is not', encoded('deflate', text)],
  ])('and %s is RegistryUnreachable', async (_, fault) => {
    answer(digest, fault);
    await expect(manifest(digest)).rejects.toMatchObject({ code: 'RegistryUnreachable' });
  });

  test('and is cut off has another digest', async () => {
    answer(digest, encoded('gzip', gzipSync(text).subarray(0, 60)));
    await expect(manifest(digest)).rejects.toMatchObject({ code: 'RegistryAnswerInvalid' });
  });

  test('and is small only until it is unpacked is left after 4 MiB', async () => {
    answer(digest, encoded('gzip', gzipSync(Buffer.alloc(256 * MIB))));
    await expect(manifest(digest)).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining('is larger than 4 MiB') as string,
    });
  });
});

describe('what is told of it', () => {
  /** Has the registry serve this, and asks for it. */
  const told = async (content: string): Promise<string> => {
    const of = digestOf(Buffer.from(content));
    answer(of, { status: 200, headers: { 'content-type': '' }, body: content });
    return await manifest(of).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
  };

  test.each<[string, string]>([
    ['a media type', indexOf([child], { mediaType: 'x'.repeat(2 * MIB) })],
    ['a key', `{"${'x'.repeat(MIB)}":1,"${'x'.repeat(MIB)}":1}`],
    [
      'a name of an annotation',
      JSON.stringify({
        ...JSON.parse(index),
        manifests: [
          { mediaType: OCI_MANIFEST, digest: child, size: 1, platform, annotations: { ['x'.repeat(MIB)]: 1 } },
        ],
      }),
    ],
  ])('is a sentence, however long %s is', async (_, content) => {
    const message = await told(content);
    expect(message).toContain('cannot be used: ');
    expect(message.length).toBeLessThan(1_000);
  });

  test('is in letters that a terminal does nothing with', async () => {
    const message = await told(indexOf([child], { mediaType: 'a\u001b[2J\u202e\u0007' }));
    expect(message).toContain('its media type is "a');
    expect(message).toMatch(/^[\x20-\x7e]*$/);
  });

  test('is nothing of a token that is no header', async () => {
    const realm = `Bearer realm="http://${server.host}/token"`;
    answer(digest, { status: 401, headers: { 'www-authenticate': realm } });
    server.answers.set('GET /token', [{ status: 200, body: '{"token":"t0k3n\\nx: y"}' }]);
    const error = (await manifest(digest).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code: 'RegistryUnreachable' });
    expect([error.message, error.stack, String(error.cause)].join()).not.toContain('t0k3n');
  });
});

describe('an index', () => {
  const children = (count: number): string[] =>
    Array.from({ length: count }, (_, nth) => `sha256:${nth.toString(16).padStart(64, '0')}`);

  test.each([
    [100, 'index'],
    [101, 'cannot be used: it is an index of 101 images'],
  ])('of %i images: %s', async (count, outcome) => {
    const content = indexOf(children(count));
    const of = digestOf(Buffer.from(content));
    answer(of, { status: 200, headers: { 'content-type': OCI_INDEX }, body: content });
    const found = await manifest(of).then(
      ({ kind }) => kind,
      (error: unknown) => (error as Error).message,
    );
    expect(found).toContain(outcome);
  });
});

test('a manifest in which everything is wrong is one problem', async () => {
  const annotations = Object.fromEntries(Array.from({ length: 300_000 }, (_, nth) => [String(nth), 1]));
  const content = indexOf([], {
    manifests: [{ mediaType: OCI_MANIFEST, digest: child, size: 2, platform, annotations }],
  });
  const of = digestOf(Buffer.from(content));
  answer(of, { status: 200, headers: { 'content-type': OCI_INDEX }, body: content });
  await expect(manifest(of)).rejects.toMatchObject({
    code: 'RegistryAnswerInvalid',
    message: expect.stringContaining('manifests.0.annotations.0: expected a text') as string,
  });
});

describe('what a digest is', () => {
  const serve = (): void => answer(digest, { status: 200, headers: { 'content-type': OCI_INDEX }, body: index });

  test('is asked for once by each credential, and is for no other', async () => {
    serve();
    const one = client();
    const get = (who: typeof credential | undefined, name = image()) => one.manifest(name, digest, who, forever);
    for (const _ of [1, 2]) expect(await get(credential)).toMatchObject({ kind: 'index' });
    expect(server.asked).toHaveLength(1);
    answer(digest, { status: 403 });
    for (const who of [undefined, { ...credential, password: 'another' }])
      await expect(get(who)).rejects.toMatchObject({ code: 'ImagePullDenied' });
    await expect(get(credential, `${image()}-other`)).rejects.toMatchObject({ code: 'ImageNotFound' });
    expect(await get(credential)).toMatchObject({ kind: 'index' });
    await expect(one.manifest(image(), digest, credential, AbortSignal.abort(new Error('late')))).rejects.toThrow(
      'late',
    );
  });

  test.each<[string, Fault]>([
    ['404', { status: 404 }],
    ['other bytes', { status: 200, body: '{}' }],
    ['403', { status: 403 }],
  ])('is asked for again after %s', async (_, fault) => {
    const one = client();
    const get = () => one.manifest(image(), digest, credential, forever);
    answer(digest, fault);
    await expect(get()).rejects.toMatchObject({ name: 'ReleaseError' });
    serve();
    expect(await get()).toMatchObject({ kind: 'index' });
  });
});

test('two calls at once find out together that there is no TLS', async () => {
  // A second try would turn this clock on.
  const own = memoryClock('2026-01-01T00:00:00Z', { auto: true });
  server.answers.set('GET /v2/acme/shop/blobs/x', [{ status: 200, body: 'found' }]);
  const connection = openConnection({ clock: own, secret: 's', actions: 'pull' }, image(), undefined, forever);
  const call = { method: 'GET', to: 'blobs/x', about: 'it' } as const;
  const both = await Promise.all([ask(connection, call), ask(connection, call)]);
  expect(both.map(({ body }) => body.toString())).toEqual(['found', 'found']);
  expect(own.now().toISOString()).toBe('2026-01-01T00:00:00.000Z');
});
