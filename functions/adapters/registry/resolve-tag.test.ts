import { describe, expect, test } from 'vitest';
import type { Answer } from '../contract/faulty-registry.ts';
import type { Fault } from '../contract/faulty.ts';
import { useFaultyRegistry } from '../contract/use-faulty-registry.ts';
import { memoryClock } from '../memory/clock.ts';
import { digestOf } from './content.ts';
import { OCI_INDEX, OCI_MANIFEST, SCHEMA_1 } from './media-type.ts';
import { registry } from './registry.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const TAG = '/v2/acme/shop/manifests/one';
const SIGNED = `${SCHEMA_1}+prettyjws`;
const clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });
const forever = new AbortController().signal;
const bytes = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, layers: [] });
const digestOfBytes = digestOf(Buffer.from(bytes));

const server = await useFaultyRegistry();

const resolve = () =>
  registry({ clock, secret: undefined }).digest(`${server.host}/acme/shop`, 'one', undefined, forever);
const head = (...answers: Answer[]): void => void server.answers.set(`HEAD ${TAG}`, answers);
const get = (...answers: Answer[]): void => void server.answers.set(`GET ${TAG}`, answers);
const named = (digest: string, contentType = OCI_MANIFEST): Fault => ({
  status: 200,
  headers: { 'docker-content-digest': digest, 'content-type': contentType },
});
const sent = (body: string | Buffer, headers: Record<string, string> = {}): Fault => ({
  status: 200,
  headers: { 'content-type': OCI_MANIFEST, ...headers },
  body,
});

test.each([OCI_MANIFEST, OCI_INDEX, 'text/html', ''])('the digest is the one that HEAD names, as %j', async (type) => {
  head(named(DIGEST, type));
  expect(await resolve()).toBe(DIGEST);
  expect(server.asked.map(({ call }) => call)).toEqual([`HEAD ${TAG}`]);
});

describe('where HEAD does not say it, the bytes do', () => {
  const silent: [string, Fault][] = [
    ['has no HEAD (405)', { status: 405 }],
    ['has no HEAD (501)', { status: 501 }],
    ['names none', { status: 200 }],
    ['names one by another hash', named('sha512:abc')],
    ['names one in capitals', named(`sha256:${'A'.repeat(64)}`)],
    ['names two', named(`${DIGEST}, ${digestOfBytes}`)],
  ];
  test.each(silent)('when the registry %s', async (_, fault) => {
    head(fault);
    for (const more of [{}, { 'docker-content-digest': digestOfBytes }]) {
      get(sent(bytes, more));
      expect(await resolve()).toBe(digestOfBytes);
    }
    // Each time the bytes are asked for once.
    expect(server.asked.map(({ call }) => call)).toEqual([`HEAD ${TAG}`, `GET ${TAG}`, `HEAD ${TAG}`, `GET ${TAG}`]);
  });

  test.each<[string, Fault, string]>([
    ['another digest', sent(bytes, { 'docker-content-digest': DIGEST }), `it is sent as ${DIGEST}, and its digest is `],
    ['a digest by another hash', sent(bytes, { 'docker-content-digest': 'sha512:abc' }), 'it is sent as sha512:abc'],
    ['a page', sent('<html>', { 'content-type': 'text/html' }), 'it is not JSON'],
    ['a page of JSON', sent('{}', { 'content-type': 'application/json' }), 'its media type is "application/json"'],
    ['another type than it is', sent(bytes, { 'content-type': OCI_INDEX }), `and is sent as ${OCI_INDEX}`],
    ['an image of schema 1', sent('{"schemaVersion":1}', { 'content-type': SIGNED }), `its media type is "${SIGNED}"`],
    ['more than 4 MiB', sent(Buffer.alloc(4 * 1024 * 1024 + 1, ' ')), 'it is larger than 4 MiB'],
  ])('%s is RegistryAnswerInvalid', async (_, fault, problem) => {
    head({ status: 405 });
    get(fault);
    await expect(resolve()).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      retryable: false,
      message: expect.stringContaining(problem) as string,
      details: { registry: server.host },
    });
  });

  test('and what they may not be read for is told as ever', async () => {
    head({ status: 405 });
    for (const [status, code] of [
      [401, 'ImagePullDenied'],
      [403, 'ImagePullDenied'],
      [404, 'ImageNotFound'],
      [429, 'RegistryRateLimited'],
      [500, 'RegistryUnreachable'],
    ] as const) {
      get({ status });
      await expect(resolve()).rejects.toMatchObject({ code });
    }
  });
});

test.each([SIGNED, `${SCHEMA_1}+json`, `${SIGNED}; charset=utf-8`])(
  'an image of schema 1 (%s) is RegistryAnswerInvalid: no node runs it',
  async (type) => {
    head(named(DIGEST, type));
    await expect(resolve()).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining(`its media type is "${SCHEMA_1}`) as string,
    });
  },
);
