import { describe, expect, test } from 'vitest';
import type { Answer } from '../contract/faulty-registry.ts';
import type { Fault } from '../contract/faulty.ts';
import { useFaultyRegistry } from '../contract/use-faulty-registry.ts';
import { memoryClock } from '../memory/clock.ts';
import { digestOf } from './content.ts';
import { OCI_INDEX, OCI_MANIFEST } from './media-type.ts';
import { registry } from './registry.ts';

const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const MIB = 1024 * 1024;
const clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });
const forever = new AbortController().signal;

const server = await useFaultyRegistry();

const read = (digest: string) =>
  registry({ clock, secret: undefined }).manifest(`${server.host}/acme/shop`, digest, undefined, forever);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const answer = (kind: 'manifests' | 'blobs', digest: string, ...faults: Answer[]): void =>
  void server.answers.set(`GET /v2/acme/shop/${kind}/${digest}`, faults);
/** Has the registry serve this, and returns its digest. */
const serve = (value: unknown, contentType = '', kind: 'manifests' | 'blobs' = 'manifests'): string => {
  const body = textOf(value);
  const digest = digestOf(Buffer.from(body));
  answer(kind, digest, { status: 200, headers: { 'content-type': contentType }, body });
  return digest;
};

const described = (digest: string, mediaType = 'application/vnd.oci.image.config.v1+json') => ({
  mediaType,
  digest,
  size: 2,
});
const imageOf = (config: string, more: object = {}) => ({
  schemaVersion: 2,
  mediaType: OCI_MANIFEST,
  config: described(config),
  layers: [described(`sha256:${'b1'.repeat(32)}`)],
  ...more,
});
const amd64 = { os: 'linux', architecture: 'amd64' };
const child = (more: object = {}) => ({
  ...described(`sha256:${'c1'.repeat(32)}`, OCI_MANIFEST),
  platform: amd64,
  ...more,
});
const indexOf = (manifests: unknown, more: object = {}) => ({
  schemaVersion: 2,
  mediaType: OCI_INDEX,
  manifests,
  ...more,
});
const serveConfig = (value: unknown): string => serve(value, '', 'blobs');

describe('an image', () => {
  test.each<[string, object, string]>([
    ['of OCI', { mediaType: OCI_MANIFEST }, OCI_MANIFEST],
    ['of OCI, as its answer says', { mediaType: undefined }, `${OCI_MANIFEST}; charset=utf-8`],
    ['of OCI, as it says', { mediaType: OCI_MANIFEST }, 'text/plain'],
    ['of docker', { mediaType: DOCKER_MANIFEST }, DOCKER_MANIFEST],
    ['with an annotation and a field of tomorrow', { annotations: { a: 'b' }, tomorrow: [1] }, OCI_MANIFEST],
  ])('%s', async (_, more, contentType) => {
    const config = serveConfig({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
      config: { Labels: { a: '1', A: '2' } },
    });
    expect(await read(serve(imageOf(config, more), contentType))).toEqual({
      kind: 'image',
      config,
      platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
    });
  });

  const good = `sha256:${'d1'.repeat(32)}`;
  test.each<[string, unknown, string]>([
    ['no JSON', '<html>', 'it is not JSON'],
    ['nothing', '', 'it is not JSON'],
    ['a list', [], '(top): '],
    ['null', 'null', '(top): '],
    ['a key twice', JSON.stringify(imageOf(good)).replace('{', '{"schemaVersion":2,'), 'the key "schemaVersion" twice'],
    [
      'a key in capitals beside the right one',
      imageOf(good, { Config: described(good) }),
      'the key Config, which is to be config',
    ],
    ['another schema', imageOf(good, { schemaVersion: 1 }), 'schemaVersion: '],
    ['no config', imageOf(good, { config: undefined }), 'config: '],
    ['a config without digest', imageOf(good, { config: { mediaType: 'a', size: 1 } }), 'config.digest: '],
    ['a config by another hash', imageOf(`sha512:${'ab'.repeat(64)}`), 'config.digest: expected sha256'],
    ['a path as digest', imageOf('../../../token'), 'config.digest: expected sha256'],
    ['a size below nothing', imageOf(good, { config: { ...described(good), size: -1 } }), 'config.size: '],
    ['layers that are none', imageOf(good, { layers: {} }), 'layers: '],
    ['a list of images as well', imageOf(good, { manifests: [child()] }), 'manifests: '],
    [
      'an old type',
      imageOf(good, { mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' }),
      'its media type is ',
    ],
    ['no type', imageOf(good, { mediaType: undefined }), 'its media type is ""'],
    ['a config that is not there', imageOf(good), `its config ${good} is not there`],
  ])('with %s is RegistryAnswerInvalid', async (_, manifest, problem) => {
    await expect(read(serve(manifest))).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      retryable: false,
      message: expect.stringContaining(problem) as string,
      details: { registry: server.host },
    });
  });

  test('that calls itself another thing than the answer does is RegistryAnswerInvalid', async () => {
    const digest = serve(imageOf(good), OCI_INDEX);
    await expect(read(digest)).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining(`and is sent as ${OCI_INDEX}`) as string,
    });
  });

  test.each<[string, unknown, string]>([
    ['is no JSON', 'linux', 'in its config, it is not JSON'],
    ['has no os', { architecture: 'amd64' }, 'in its config, os: '],
    ['has an empty architecture', { os: 'linux', architecture: '' }, 'in its config, architecture: '],
    ['has its os twice', '{"os":"linux","architecture":"amd64","os":"windows"}', 'the key "os" twice'],
    ['has a variant that is no text', { ...amd64, variant: 7 }, 'in its config, variant: '],
    ['is larger than 4 MiB', { ...amd64, author: 'x'.repeat(4 * MIB) }, 'is larger than 4 MiB'],
  ])('whose config %s is RegistryAnswerInvalid', async (_, config, problem) => {
    await expect(read(serve(imageOf(serveConfig(config))))).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining(problem) as string,
    });
  });
});

describe('an index', () => {
  const other = `sha256:${'e1'.repeat(32)}`;
  const attestation = { 'vnd.docker.reference.type': 'attestation-manifest' };
  const nowhere = { os: 'unknown', architecture: 'unknown' };

  test.each<[string, object, string]>([
    ['of OCI', indexOf([child({ platform: { ...amd64, variant: 'v2' } })]), OCI_INDEX],
    [
      'of docker',
      indexOf([child({ mediaType: DOCKER_MANIFEST, platform: { ...amd64, variant: 'v2' } })], {
        mediaType: DOCKER_LIST,
      }),
      DOCKER_LIST,
    ],
  ])('%s', async (_, index, contentType) => {
    expect(await read(serve(index, contentType))).toEqual({
      kind: 'index',
      images: [{ digest: child().digest, platform: { ...amd64, variant: 'v2' } }],
    });
  });

  test('leaves out what is no image, and keeps an attestation that a node would run', async () => {
    const extra = [
      child({ digest: other, platform: nowhere, annotations: attestation }),
      child({ digest: other, platform: nowhere }),
    ];
    const one = { digest: child().digest, platform: amd64 };
    expect(await read(serve(indexOf([child(), ...extra])))).toEqual({ kind: 'index', images: [one] });
    const disguised = indexOf([child(), child({ digest: other, annotations: attestation })]);
    expect(await read(serve(disguised))).toMatchObject({ images: [one, { digest: other }] });
  });

  test.each<[string, unknown, string]>([
    ['an index', indexOf([child({ mediaType: OCI_INDEX })]), 'in it is no image but'],
    ['a list of docker', indexOf([child({ mediaType: DOCKER_LIST })]), 'in it is no image but'],
    [
      'a layer',
      indexOf([child({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' })]),
      'in it is no image but',
    ],
    ['an image for who knows what', indexOf([child({ platform: undefined })]), 'it names no platform for sha256:c1c1'],
    [
      'one for who knows what that is called an attestation',
      indexOf([child(), child({ digest: other, platform: undefined, annotations: attestation })]),
      `it names no platform for ${other}`,
    ],
    ['half a platform', indexOf([child({ platform: { os: 'linux' } })]), 'manifests.0.platform.architecture: '],
    [
      'a platform in capitals as well',
      indexOf([child({ platform: { ...amd64, OS: 'windows' } })]),
      'the key OS, which is to be os',
    ],
    ['no image', indexOf([]), 'it is an index without an image'],
    [
      'only an attestation',
      indexOf([child({ platform: nowhere, annotations: attestation })]),
      'it is an index without an image',
    ],
    ['no list', indexOf({}), 'manifests: '],
    ['a config of its own', indexOf([child()], { config: described(other) }), 'config: '],
    ['layers of its own', indexOf([child()], { layers: [] }), 'layers: '],
  ])('with %s is RegistryAnswerInvalid', async (_, index, problem) => {
    await expect(read(serve(index))).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining(problem) as string,
    });
  });
});

describe('what is not what the digest says', () => {
  const digest = digestOf(Buffer.from('something else'));

  test('other bytes are RegistryAnswerInvalid, for a manifest and for a config', async () => {
    answer('manifests', digest, { status: 200, headers: { 'docker-content-digest': digest }, body: '{}' });
    const problem = {
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining(`the digest of ${digest} is ${digestOf(Buffer.from('{}'))}`) as string,
    };
    await expect(read(digest)).rejects.toMatchObject(problem);
    answer('blobs', digest, { status: 200, body: '{}' });
    await expect(read(serve(imageOf(digest)))).rejects.toMatchObject(problem);
  });

  test('a manifest that does not end is left after 4 MiB', async () => {
    let sent = 0;
    let ended: Promise<void> | undefined;
    server.answers.set(`GET /v2/acme/shop/manifests/${digest}`, [
      (request, response) => {
        ended = new Promise((resolve) => void request.socket.once('close', () => resolve()));
        response.writeHead(200);
        const chunk = Buffer.alloc(64 * 1024, ' ');
        const more = (): void => {
          do sent += chunk.length;
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', more);
        more();
      },
    ]);
    await expect(read(digest)).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining('is larger than 4 MiB') as string,
    });
    await ended;
    expect(sent).toBeLessThan(64 * MIB);
  });

  test('a manifest of exactly 4 MiB is read', async () => {
    const config = serveConfig(amd64);
    const empty = JSON.stringify(imageOf(config, { padding: '' })).length;
    const digestOfLarge = serve(imageOf(config, { padding: 'x'.repeat(4 * MIB - empty) }));
    expect(await read(digestOfLarge)).toMatchObject({ kind: 'image', config });
  });

  test.each<[string, string, Answer]>([
    ['404', 'ImageNotFound', { status: 404 }],
    ['401', 'ImagePullDenied', { status: 401 }],
    ['403', 'ImagePullDenied', { status: 403 }],
    ['429', 'RegistryRateLimited', { status: 429 }],
    ['500', 'RegistryUnreachable', { status: 500 }],
    ['a broken connection', 'RegistryUnreachable', 'reset'],
    [
      'a body cut off',
      'RegistryUnreachable',
      (request, response) =>
        void response.writeHead(200, { 'content-length': '100' }).write('{}', () => request.socket.destroy()),
    ],
    ['no gzip', 'RegistryUnreachable', { status: 200, headers: { 'content-encoding': 'gzip' }, body: '{}' }],
  ])('%s is %s', async (_, code, fault) => {
    answer('manifests', digest, fault);
    await expect(read(digest)).rejects.toMatchObject({ code });
  });

  test.each<[string, string, Fault]>([
    ['403', 'ImagePullDenied', { status: 403 }],
    ['503', 'RegistryUnreachable', { status: 503 }],
    ['404', 'RegistryAnswerInvalid', { status: 404 }],
  ])('%s for the config is %s', async (_, code, fault) => {
    answer('blobs', digest, fault);
    await expect(read(serve(imageOf(digest)))).rejects.toMatchObject({ code });
  });

  test('nothing of what a registry says of a refusal is told on: the status says enough', async () => {
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'call 555-0100' }] });
    answer('manifests', digest, { status: 403, body });
    const about = `${server.host}/acme/shop`;
    await expect(read(digest)).rejects.toMatchObject({
      message: `${server.host} does not let Hawser pull ${about}: 403 from ${server.host}.`,
    });
  });

  test('a digest that is none reaches no other path', async () => {
    await expect(read('../../other/manifests/x?a=b#c')).rejects.toMatchObject({ code: 'ImageNotFound' });
    expect(server.asked.map(({ call }) => call)).toEqual([
      'GET /v2/acme/shop/manifests/..%2F..%2Fother%2Fmanifests%2Fx%3Fa%3Db%23c',
    ]);
  });
});
