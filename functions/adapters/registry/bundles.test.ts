import { describe, expect, test } from 'vitest';
import { misbehave, type Fault } from '../contract/faulty.ts';
import { useFaultyRegistry } from '../contract/use-faulty-registry.ts';
import { memoryClock } from '../memory/clock.ts';
import { digestOf } from './content.ts';
import { BUNDLE, BUNDLE_PREDICATE, CREATED, OCI_EMPTY, OCI_INDEX, OCI_MANIFEST } from './media-type.ts';
import { registry } from './registry.ts';

const VERDICT = 'https://example.org/verdict/v1';
const SUBJECT = `sha256:${'a1'.repeat(32)}`;
const OTHER = `sha256:${'b1'.repeat(32)}`;
const API = `GET /v2/acme/shop/referrers/${SUBJECT}`;
const TAG = `GET /v2/acme/shop/manifests/sha256-${'a1'.repeat(32)}`;
const clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });
const forever = new AbortController().signal;

const server = await useFaultyRegistry();

const read = () =>
  registry({ clock, secret: undefined }).bundles(`${server.host}/acme/shop`, SUBJECT, VERDICT, undefined, forever);
const serve = (kind: 'manifests' | 'blobs', content: string | Buffer): string => {
  const digest = digestOf(Buffer.from(content));
  server.answers.set(`GET /v2/acme/shop/${kind}/${digest}`, [{ status: 200, body: content }]);
  return digest;
};
const described = (mediaType: string, digest: string) => ({ mediaType, digest, size: 2 });

/** How a registry fails, wherever it does, and the code. */
const brokenRegistry: [string, string, Fault][] = [
  ['401', 'ImagePullDenied', { status: 401 }],
  ['403', 'ImagePullDenied', { status: 403 }],
  ['429', 'RegistryRateLimited', { status: 429 }],
  ['503', 'RegistryUnreachable', { status: 503 }],
  ['a broken connection', 'RegistryUnreachable', 'reset'],
];

/** Has the registry serve a bundle with its manifest, and returns the descriptor. `manifest`, `entry`: what is otherwise in them. */
function attach(text: string | Buffer, manifest: object = {}, entry: object = {}): object {
  const content = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: BUNDLE,
    config: described(OCI_EMPTY, digestOf(Buffer.from('{}'))),
    layers: [described(BUNDLE, serve('blobs', text))],
    subject: described(OCI_MANIFEST, SUBJECT),
    annotations: { [BUNDLE_PREDICATE]: VERDICT },
    ...manifest,
  });
  const annotations = { [BUNDLE_PREDICATE]: VERDICT };
  return { ...described(OCI_MANIFEST, serve('manifests', content)), artifactType: BUNDLE, annotations, ...entry };
}
const list = (manifests: unknown, headers: Record<string, string> = {}, more: object = {}): Fault => ({
  status: 200,
  headers: { 'content-type': OCI_INDEX, ...headers },
  body: JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests, ...more }),
});
const calls = (): string[] => server.asked.map(({ call }) => call);

describe('where they are listed', () => {
  test('the API is asked for bundles, and nothing else is when it answers', async () => {
    server.answers.set(API, [list([])]);
    expect(await read()).toEqual([]);
    expect(calls()).toEqual([`${API}?artifactType=${encodeURIComponent(BUNDLE)}`]);
  });

  test('an API without any may say null', async () => {
    server.answers.set(API, [list(null)]);
    expect(await read()).toEqual([]);
    expect(server.asked).toHaveLength(1);
  });

  test.each<[string, Fault]>([
    ['404', { status: 404 }],
    ['405', { status: 405 }],
    ['406', { status: 406 }],
    ['400', { status: 400 }],
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['another kind of JSON', { status: 200, body: '{"errors":[]}' }],
    ['an index of another type', list([], { 'content-type': 'application/json' }, { mediaType: 'application/json' })],
  ])('where the API is %s, the tag is read', async (_, fault) => {
    server.answers.set(API, [fault]);
    server.answers.set(TAG, [list([attach('{"a":1}')])]);
    expect(await read()).toEqual(['{"a":1}']);
  });

  test.each<[string, Fault]>([
    ['not there', { status: 404 }],
    ['an image', { status: 200, body: JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, layers: [] }) }],
    ['no JSON', { status: 200, headers: { 'content-type': OCI_INDEX }, body: 'x' }],
    ['an index without a list', list(undefined)],
  ])('a tag that is %s has none', async (_, fault) => {
    server.answers.set(TAG, [fault]);
    expect(await read()).toEqual([]);
  });

  test.each<[string, string, Fault]>([
    ...brokenRegistry,
    ['more than 4 MiB', 'RegistryAnswerInvalid', list(['x'.repeat(4 * 1024 * 1024)])],
  ])('%s of the API or of the tag is %s', async (_, code, fault) => {
    server.answers.set(API, [fault]);
    await expect(read()).rejects.toMatchObject({ code });
    server.answers.set(API, [{ status: 404 }]);
    server.answers.set(TAG, [fault]);
    await expect(read()).rejects.toMatchObject({ code });
  });

  test('further pages are read where the registry says so', async () => {
    const [first, second, third] = ['{"a":1}', '{"a":2}', '{"a":3}'].map((text) => attach(text));
    server.answers.set(`${API}?artifactType=${encodeURIComponent(BUNDLE)}`, [
      list([first], { link: `</v2/acme/shop/referrers/${SUBJECT}?page=2>; rel="next"` }),
    ]);
    const own = `http://${server.host}/v2/acme/shop/referrers/${SUBJECT}`;
    server.answers.set(`${API}?page=2`, [
      list([second], { link: `<${own}?first>; rel="first", <${own}?page=3>; rel=next` }),
    ]);
    server.answers.set(`${API}?page=3`, [list([third], { link: `<${own}?page=1>; rel="prev"` })]);
    expect(await read()).toEqual(['{"a":1}', '{"a":2}', '{"a":3}']);
  });

  const next = (url: string, manifests: unknown[] = []): Fault => list(manifests, { link: `<${url}>; rel="next"` });

  test.each<[string, (page: number) => Fault, string, number]>([
    ['lead in a circle', () => next('?again'), 'its referrers are more than 20 pages', 20],
    ['do not end', (page) => next(`?page=${page}`), 'its referrers are more than 20 pages', 20],
    ['are too large together', (page) => next(`?page=${page}`, ['x'.repeat(1024 * 1024)]), 'larger than 4 MiB', 4],
  ])('pages that %s are RegistryAnswerInvalid: the newest may be on the last', async (_, page, problem, count) => {
    server.answers.set(API, [(request, response) => misbehave(page(server.asked.length), request, response)]);
    await expect(read()).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining(problem) as string,
    });
    expect(server.asked).toHaveLength(count);
  });

  test.each([
    ['API', API],
    ['tag', TAG],
  ])('ten thousand entries of the %s are looked at, and one more is RegistryAnswerInvalid', async (_, call) => {
    const good = attach('{"a":1}');
    const many = Array.from({ length: 9_999 }, () => ({}));
    server.answers.set(call, [list([...many, good])]);
    expect(await read()).toEqual(['{"a":1}']);
    server.answers.set(call, [list([...many, {}, good])]);
    await expect(read()).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining('its referrers are 10001') as string,
    });
  });

  test('twenty pages are read', async () => {
    const all = Array.from({ length: 20 }, (_, nth) => `{"a":${nth}}`);
    const pages = all.map((text, nth) => (nth < 19 ? next('?again', [attach(text)]) : list([attach(text)])));
    server.answers.set(API, pages);
    expect(await read()).toEqual(all);
  });

  test.each(['https://127.0.0.1:1/x', 'http://registry.example.org/x', 'http://u:p@127.0.0.1/', 'https://ghcr.io/x'])(
    'a page at %s is not asked for',
    async (url) => {
      server.answers.set(API, [next(url)]);
      await expect(read()).rejects.toMatchObject({ code: 'RegistryAnswerInvalid' });
      expect(server.asked).toHaveLength(1);
    },
  );

  test.each<[string, Fault]>([
    ['is cut off', { status: 200, headers: { 'content-type': OCI_INDEX }, body: '{"schemaVersion":2,"manifests":[' }],
    ['has no list', list(undefined)],
    ['has another thing for a list', list({})],
    ['has two', { ...(list([]) as object), body: '{"schemaVersion":2,"manifests":[],"manifests":[]}' } as Fault],
  ])('an API whose index %s is RegistryAnswerInvalid: it is there, and the tag is not asked for', async (_, fault) => {
    server.answers.set(API, [fault]);
    await expect(read()).rejects.toMatchObject({ code: 'RegistryAnswerInvalid' });
    expect(server.asked).toHaveLength(1);
  });

  test('a page that is no index is RegistryAnswerInvalid: the list would be short', async () => {
    server.answers.set(`${API}?more`, [{ status: 200, body: '{}' }]);
    server.answers.set(API, [list([], { link: '<?more>; rel="next"' })]);
    await expect(read()).rejects.toMatchObject({ code: 'RegistryAnswerInvalid' });
  });
});

describe('which are read', () => {
  test('those of the type and of the predicate type, whatever the registry says of its filters', async () => {
    const foreign = attach(
      '{"sbom":1}',
      { artifactType: 'application/spdx+json' },
      { artifactType: 'application/spdx+json' },
    );
    const provenance = attach(
      '{"slsa":1}',
      {},
      { annotations: { [BUNDLE_PREDICATE]: 'https://slsa.dev/provenance/v1' } },
    );
    const listed = [foreign, provenance, attach('{"a":1}')];
    server.answers.set(API, [list(listed, { 'oci-filters-applied': 'artifactType' })]);
    expect(await read()).toEqual(['{"a":1}']);
    // The list, the one manifest and its bundle.
    expect(server.asked).toHaveLength(3);
  });

  test('a bundle of another version, and those whose predicate type or kind only the manifest tells', async () => {
    const old = 'application/vnd.dev.sigstore.bundle+json;version=0.2';
    const none = { artifactType: undefined, annotations: undefined };
    server.answers.set(API, [
      list([
        attach('{"a":1}', { artifactType: old }, { artifactType: old }),
        attach('{"a":2}', {}, none),
        attach('{"a":3}', { artifactType: undefined, annotations: undefined, config: described(BUNDLE, OTHER) }, none),
        attach('{"a":4}', { artifactType: 'application/spdx+json' }, none),
        attach('{"a":5}', { artifactType: undefined }, none),
        attach('{"a":6}', { annotations: { [BUNDLE_PREDICATE]: 'https://slsa.dev/provenance/v1' } }, none),
      ]),
    ]);
    expect(await read()).toEqual(['{"a":1}', '{"a":2}', '{"a":3}']);
  });

  test('the last fifty', async () => {
    const all = Array.from({ length: 60 }, (_, each) => `{"a":${each}}`);
    server.answers.set(API, [list(all.map((text) => attach(text)))]);
    expect(await read()).toEqual(all.slice(10));
  });

  test('sixteen MiB of them, and the newest are among them', async () => {
    const large = Array.from({ length: 6 }, (_, nth) => String(nth).repeat(3 * 1024 * 1024));
    server.answers.set(API, [list([...large, '{"a":1}'].map((text) => attach(text)))]);
    const found = await read();
    expect(found).toHaveLength(6);
    expect(found.at(-1)).toBe('{"a":1}');
  });

  test('the newest of more than fifty, whatever the order of the registry', async () => {
    const made = (day: number): object =>
      attach(
        `{"day":${day}}`,
        {},
        { annotations: { [BUNDLE_PREDICATE]: VERDICT, [CREATED]: new Date(day * 86_400_000).toISOString() } },
      );
    const days = Array.from({ length: 51 }, (_, day) => day + 1);
    server.answers.set(API, [list([...days.toReversed().map(made), attach('{"day":"?"}')])]);
    const found = await read();
    expect(found).toHaveLength(50);
    expect([found[0], found.at(-1)]).toEqual(['{"day":2}', '{"day":51}']);
  });

  test('one that is listed twice counts once', async () => {
    const one = attach('{"a":1}');
    server.answers.set(API, [list([one, one])]);
    expect(await read()).toEqual(['{"a":1}']);
  });

  const good = '{"good":1}';
  const large = 'x'.repeat(4 * 1024 * 1024 + 1);
  test.each<[string, () => unknown]>([
    ['an entry that is none', () => 'sha256:x'],
    ['an entry without digest', () => ({ mediaType: OCI_MANIFEST, size: 2, artifactType: BUNDLE })],
    ['an entry with a path for a digest', () => attach(good, {}, { digest: '../blobs/x' })],
    ['an index', () => attach(good, {}, { mediaType: OCI_INDEX })],
    ['a manifest that is not there', () => attach(good, {}, { digest: OTHER })],
    [
      'a manifest of another digest',
      () => {
        server.answers.set(`GET /v2/acme/shop/manifests/${OTHER}`, [{ status: 200, body: '{}' }]);
        return attach(good, {}, { digest: OTHER });
      },
    ],
    ['a manifest that is too large', () => attach(good, { padding: large })],
    ['a manifest of another type', () => attach(good, { mediaType: OCI_INDEX })],
    ['no layer', () => attach(good, { layers: [] })],
    [
      'two layers',
      () =>
        attach(good, { layers: [described(BUNDLE, serve('blobs', good)), described(BUNDLE, serve('blobs', '{}'))] }),
    ],
    ['layers that are none', () => attach(good, { layers: 'x' })],
    ['a layer of another type', () => attach(good, { layers: [described('text/plain', serve('blobs', good))] })],
    ['a layer that is not there', () => attach(good, { layers: [described(BUNDLE, OTHER)] })],
    [
      'a layer of another digest',
      () => {
        server.answers.set(`GET /v2/acme/shop/blobs/${OTHER}`, [{ status: 200, body: good }]);
        return attach(good, { layers: [described(BUNDLE, OTHER)] });
      },
    ],
    ['a bundle that is too large', () => attach(large)],
    ['a bundle that is no text', () => attach(Buffer.from([0x7b, 0xff, 0x7d]))],
    ['a bundle of another image', () => attach(good, { subject: described(OCI_MANIFEST, OTHER) })],
  ])('%s is left out, and the next one is read', async (_, bad) => {
    server.answers.set(API, [list([bad(), attach('{"a":1}')])]);
    expect(await read()).toEqual(['{"a":1}']);
  });

  test.each<[string, string, Fault]>([
    ...brokenRegistry,
    [
      'a way out of TLS',
      'RegistryAnswerInvalid',
      { status: 307, headers: { location: 'http://storage.example.org/' } },
    ],
  ])('%s for a manifest or a bundle is %s, and not one bundle fewer', async (_, code, fault) => {
    for (const kind of ['manifests', 'blobs'] as const) {
      const listed = [attach('{"a":1}')];
      const digest = kind === 'blobs' ? digestOf(Buffer.from('{"a":1}')) : (listed[0] as { digest: string }).digest;
      server.answers.set(`GET /v2/acme/shop/${kind}/${digest}`, [fault]);
      server.answers.set(API, [list(listed)]);
      await expect(read()).rejects.toMatchObject({ code });
    }
  });
});
