import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startFaultyRegistry, type FaultyRegistry } from '../contract/faulty-registry.ts';
import type { Fault } from '../contract/faulty.ts';
import { memoryClock } from '../memory/clock.ts';
import { attachBundle } from './attach.ts';
import { digestOf } from './content.ts';
import { BUNDLE, BUNDLE_PREDICATE, OCI_EMPTY, OCI_INDEX, OCI_MANIFEST } from './media-type.ts';

const VERDICT = 'https://example.org/verdict/v1';
const TEXT = '{"bundle":"Zürich"}';
const [EMPTY, BLOB] = [digestOf(Buffer.from('{}')), digestOf(Buffer.from(TEXT))];
const IMAGE = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, layers: [] });
const SUBJECT = digestOf(Buffer.from(IMAGE));
const OTHER = `sha256:${'b1'.repeat(32)}`;
const NAME = '/v2/acme/shop';
const TAG = `${NAME}/manifests/${SUBJECT.replace(':', '-')}`;
const credential = { username: 'ci', password: 'push-token-0123456789' };

let server: FaultyRegistry;
let storage: FaultyRegistry;
beforeAll(async () => {
  [server, storage] = await Promise.all([startFaultyRegistry(), startFaultyRegistry()]);
});
afterAll(() => {
  for (const one of [server, storage]) one.stop();
});

const attach = (signal = new AbortController().signal) =>
  attachBundle(
    { clock: memoryClock('2026-01-01T00:00:00Z', { auto: true }), secret: 'ci/registry' },
    { image: `${server.host}/acme/shop`, digest: SUBJECT, credential },
    { text: TEXT, predicateType: VERDICT, createdAt: new Date('2026-01-01T00:00:00Z') },
    signal,
  );
const on = (call: string, ...faults: Fault[]): void => void server.answers.set(call, faults);
const at = (location: string): Fault => ({ status: 202, headers: { location } });
const calls = (method: string): string[] =>
  server.asked.flatMap(({ call }) => (call.startsWith(`${method} `) ? call.slice(method.length + 1) : []));
const refusal = (status: number, code: string, message: string): Fault => ({
  status,
  body: JSON.stringify({ errors: [{ code, message }] }),
});

/** The manifest that is attached, as it must be byte for byte: its digest is its name. */
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: OCI_MANIFEST,
  artifactType: BUNDLE,
  config: { mediaType: OCI_EMPTY, digest: EMPTY, size: 2 },
  layers: [{ mediaType: BUNDLE, digest: BLOB, size: Buffer.byteLength(TEXT) }],
  subject: { mediaType: OCI_MANIFEST, digest: SUBJECT, size: IMAGE.length },
  annotations: {
    'dev.sigstore.bundle.content': 'dsse-envelope',
    [BUNDLE_PREDICATE]: VERDICT,
    'org.opencontainers.image.created': '2026-01-01T00:00:00.000Z',
  },
});
const ATTACHED = digestOf(Buffer.from(manifest));
const entry = {
  mediaType: OCI_MANIFEST,
  digest: ATTACHED,
  size: manifest.length,
  artifactType: BUNDLE,
  annotations: (JSON.parse(manifest) as { annotations: object }).annotations,
};
const index = (manifests: unknown[] | null, more: object = {}): Fault => ({
  status: 200,
  headers: { 'content-type': OCI_INDEX },
  body: JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, ...more, manifests }),
});
const other = { mediaType: OCI_MANIFEST, digest: OTHER, size: 5, artifactType: 'application/spdx+json', tomorrow: 1 };

/** A registry that takes everything and has the referrers API. */
beforeEach(() => {
  for (const one of [server, storage]) one.reset();
  on(`GET ${NAME}/manifests/${SUBJECT}`, { status: 200, headers: { 'content-type': OCI_MANIFEST }, body: IMAGE });
  on(`POST ${NAME}/blobs/uploads/`, at('/upload?state=a%3Db+c'));
  on('PUT /upload', { status: 201 });
  on(`PUT ${NAME}/manifests/${ATTACHED}`, { status: 201, headers: { 'oci-subject': SUBJECT } });
});

test('pushes what is missing and the manifest, in this order', async () => {
  expect(await attach()).toEqual({ digest: ATTACHED, foundBy: 'referrers' });
  expect(
    server.asked.filter(({ call }) => !/^(GET|HEAD) /.test(call)).map(({ call, body }) => `${call} ${body}`),
  ).toEqual([
    `POST ${NAME}/blobs/uploads/ `,
    `PUT /upload?state=a%3Db+c&digest=${encodeURIComponent(EMPTY)} {}`,
    `POST ${NAME}/blobs/uploads/ `,
    `PUT /upload?state=a%3Db+c&digest=${encodeURIComponent(BLOB)} ${TEXT}`,
    `PUT ${NAME}/manifests/${ATTACHED} ${manifest}`,
  ]);
});

test('what the registry has is not sent again', async () => {
  for (const blob of [EMPTY, BLOB]) on(`HEAD ${NAME}/blobs/${blob}`, { status: 200 });
  await attach();
  expect(calls('POST')).toEqual([]);
});

test('a token is asked for to pull and to push, whatever the first challenge names', async () => {
  const realm = `Bearer realm="http://${server.host}/token",service="registry",scope="repository:acme/shop:pull"`;
  const image = server.answers.get(`GET ${NAME}/manifests/${SUBJECT}`)?.[0] ?? 'reset';
  server.answers.set(`GET ${NAME}/manifests/${SUBJECT}`, [
    { status: 401, headers: { 'www-authenticate': realm } },
    image,
  ]);
  on('GET /token', { status: 200, body: '{"token":"t0k3n"}' });
  await attach();
  expect(calls('GET').filter((path) => path.startsWith('/token'))).toEqual([
    '/token?service=registry&scope=repository%3Aacme%2Fshop%3Apull%2Cpush',
  ]);
  expect(server.asked.filter(({ authorization }) => authorization === 'Bearer t0k3n')).toHaveLength(8);
});

describe('where a blob is uploaded', () => {
  test('may be another host, which gets nothing of the credential', async () => {
    const image = server.answers.get(`GET ${NAME}/manifests/${SUBJECT}`)?.[0] ?? 'reset';
    const basic: Fault = { status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } };
    server.answers.set(`GET ${NAME}/manifests/${SUBJECT}`, [basic, image]);
    on(`POST ${NAME}/blobs/uploads/`, at(`http://${storage.host}/there`));
    storage.answers.set('PUT /there', [{ status: 201 }]);
    await attach();
    expect(storage.asked.map(({ authorization, body }) => [authorization, body])).toEqual([
      [undefined, '{}'],
      [undefined, TEXT],
    ]);
    // And its challenge is not answered.
    storage.answers.set('PUT /there', [basic]);
    await expect(attach()).rejects.toMatchObject({ code: 'ImagePullDenied' });
    expect(storage.asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined, undefined]);
  });

  test.each<[string, Fault]>([
    ['without TLS', at('http://storage.example.org/upload')],
    ['with a password', at('https://user:secret@storage.example.org/upload')],
    ['nowhere', { status: 202 }],
  ])('%s is RegistryAnswerInvalid', async (_, fault) => {
    on(`POST ${NAME}/blobs/uploads/`, fault);
    await expect(attach()).rejects.toMatchObject({ code: 'RegistryAnswerInvalid', details: { registry: server.host } });
    expect(calls('PUT')).toEqual([]);
  });
});

describe('a registry that refuses says why', () => {
  test.each<[string, string, Fault, string, string]>([
    [
      'an upload',
      `POST ${NAME}/blobs/uploads/`,
      refusal(403, 'DENIED', 'permission_denied: write_package'),
      'ImagePullDenied',
      '(DENIED permission_denied: write_package)',
    ],
    ['a blob', 'PUT /upload', refusal(400, 'DIGEST_INVALID', 'no'), 'RegistryUnreachable', 'answered 400'],
    [
      'a manifest',
      `PUT ${NAME}/manifests/${ATTACHED}`,
      refusal(400, 'MANIFEST_INVALID', 'a\u001b[2Jb'),
      'RegistryUnreachable',
      '(MANIFEST_INVALID a?[2Jb)',
    ],
    [
      'a manifest, in any language',
      `PUT ${NAME}/manifests/${ATTACHED}`,
      refusal(400, 'MANIFEST_INVALID', 'zu groß\u202e'),
      'RegistryUnreachable',
      '(MANIFEST_INVALID zu groß?)',
    ],
    [
      'a manifest, at length',
      `PUT ${NAME}/manifests/${ATTACHED}`,
      refusal(413, 'SIZE_INVALID', 'x'.repeat(5_000)),
      'RegistryUnreachable',
      `(SIZE_INVALID ${'x'.repeat(186)}…)`,
    ],
    [
      'a manifest, with a page',
      `PUT ${NAME}/manifests/${ATTACHED}`,
      { status: 405, body: '<html>' },
      'RegistryUnreachable',
      'answered 405 for',
    ],
    ['all of it', `GET ${NAME}/manifests/${SUBJECT}`, { status: 404 }, 'ImageNotFound', SUBJECT],
    [
      'an image of other bytes',
      `GET ${NAME}/manifests/${SUBJECT}`,
      { status: 200, body: '{}' },
      'RegistryAnswerInvalid',
      'the digest of',
    ],
    [
      'the name of the manifest',
      `PUT ${NAME}/manifests/${ATTACHED}`,
      { status: 201, headers: { 'docker-content-digest': OTHER } },
      'RegistryAnswerInvalid',
      `as ${OTHER}`,
    ],
  ])('%s', async (_, call, fault, code, message) => {
    on(call, fault);
    const error = await attach().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
    // What is refused is not better a moment later.
    expect(server.asked.filter((one) => one.call.startsWith(call))).toHaveLength(1);
  });

  test('and is asked again when it only fails', async () => {
    on('PUT /upload', { status: 503 }, { status: 201 });
    on(`PUT ${NAME}/manifests/${ATTACHED}`, 'reset', { status: 201, headers: { 'oci-subject': SUBJECT } });
    expect(await attach()).toMatchObject({ foundBy: 'referrers' });
  });
});

describe('a registry without the referrers API', () => {
  beforeEach(() => {
    on(`PUT ${NAME}/manifests/${ATTACHED}`, { status: 201 });
    on(`PUT ${TAG}`, { status: 201 });
  });
  const written = (): unknown[] =>
    server.asked.filter(({ call }) => call === `PUT ${TAG}`).map(({ body }) => JSON.parse(body) as unknown);

  test('has the bundle listed at the tag', async () => {
    on(`GET ${TAG}`, { status: 404 }, index([entry]));
    expect(await attach()).toEqual({ digest: ATTACHED, foundBy: 'tag' });
    expect(written()).toEqual([{ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] }]);
  });

  test('keeps what else is listed there, as it is', async () => {
    on(`GET ${TAG}`, index([other], { annotations: { a: 'b' } }), index([other, entry]));
    await attach();
    expect(written()).toEqual([
      { schemaVersion: 2, mediaType: OCI_INDEX, annotations: { a: 'b' }, manifests: [other, entry] },
    ]);
  });

  test('may say null where nothing is listed', async () => {
    on(`GET ${TAG}`, index(null), index([entry]));
    await attach();
    expect(written()).toEqual([{ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] }]);
  });

  test('is not written to when the tag is something else', async () => {
    on(`GET ${TAG}`, { status: 200, headers: { 'content-type': OCI_MANIFEST }, body: IMAGE });
    await expect(attach()).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining('it is no OCI index, and stays as it is') as string,
    });
    expect(written()).toEqual([]);
  });

  test('is not written to when the bundle is there', async () => {
    on(`GET ${TAG}`, index([entry, other]));
    await attach();
    expect(written()).toEqual([]);
  });

  test('is written to again when another writer was later, with the entry of the other', async () => {
    on(`GET ${TAG}`, { status: 404 }, index([other]), index([other, entry]));
    await attach();
    expect(written()).toEqual([
      expect.objectContaining({ manifests: [entry] }),
      expect.objectContaining({ manifests: [other, entry] }),
    ]);
  });

  test('that never keeps it is RegistryAnswerInvalid in the end', async () => {
    on(`GET ${TAG}`, index([other]));
    await expect(attach()).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining(`after 6 writes ${ATTACHED} is not listed there`) as string,
    });
    expect(written()).toHaveLength(6);
  });

  test('and another subject in its answer is none: the tag is written', async () => {
    on(`PUT ${NAME}/manifests/${ATTACHED}`, { status: 201, headers: { 'oci-subject': OTHER } });
    on(`GET ${TAG}`, { status: 404 }, index([entry]));
    expect(await attach()).toMatchObject({ foundBy: 'tag' });
  });

  test('ends with the signal, with its reason', async () => {
    const [time, reason] = [new AbortController(), new Error('the time is up')];
    server.answers.set(`PUT ${TAG}`, [(_, response) => (time.abort(reason), void response.writeHead(201).end())]);
    await expect(attach(time.signal)).rejects.toBe(reason);
    expect(written()).toHaveLength(1);
  });
});
