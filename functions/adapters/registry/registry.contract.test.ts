import { randomUUID } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkspace, type Workspace } from '../../../sandbox/host/workspace.ts';
import { digestOf, ociImage } from '../../../sandbox/node/oci.ts';
import { startBareRegistry } from '../../../sandbox/registry/bare.ts';
import { pushByHttp } from '../../../sandbox/registry/push.ts';
import { startRegistry, type Registry as RealRegistry } from '../../../sandbox/registry/registry.ts';
import type { ImagePlatform } from '../../core/ports.ts';
import { systemClock } from '../clock.ts';
import { registryContract } from '../contract/registry.ts';
import { attachBundle } from './attach.ts';
import { openConnection } from './connection.ts';
import { OCI_INDEX, OCI_MANIFEST } from './media-type.ts';
import { pushManifest } from './push.ts';
import { registry } from './registry.ts';

const trusted = getCACertificates('default');
const forever = new AbortController().signal;
const VERDICT = 'https://example.org/verdict/v1';
const AMD64 = { os: 'linux', architecture: 'amd64' };

describe.each([
  { of: 'docker-registry', start: startRegistry, foundBy: 'tag' },
  { of: 'the bare registry', start: startBareRegistry, foundBy: 'referrers' },
])('$of', ({ of, start, foundBy }) => {
  let workspace: Workspace;
  let real: RealRegistry;
  const image = (): string => `${real.host}/acme/shop`;

  beforeAll(async () => {
    workspace = await openWorkspace();
    real = await start(workspace, { address: '127.0.0.1' });
    // What NODE_EXTRA_CA_CERTS does for the whole process.
    setDefaultCACertificates([...trusted, real.ca]);
  });
  afterAll(async () => {
    setDefaultCACertificates(trusted);
    await real?.stop();
    const left = await workspace?.close();
    if (left?.length) throw new Error(`left behind: ${left.join(', ')}`);
  });

  registryContract(of, async () => ({
    registry: client(),
    image: image(),
    credential: real.pull,
    stranger: real.stranger,
    push,
    pushIndex: (tag, images) => pushIndex(tag, images),
    attach: async (digest, text, predicateType) => void (await attach(digest, text, predicateType)),
  }));

  const client = () => registry({ clock: systemClock, secret: 'shop/registry' });
  const attach = (digest: string, text: string, predicateType = VERDICT, createdAt = new Date(), who = real.push) =>
    attachBundle(
      { clock: systemClock, secret: 'ci/registry' },
      { image: image(), digest, credential: who },
      { text, predicateType, createdAt },
      forever,
    );
  const bundles = (digest: string): Promise<string[]> => client().bundles(image(), digest, VERDICT, real.pull, forever);

  /** `configuration` is what the image's config says; its layer is a new one each time. */
  async function push(tag: string, configuration: Partial<ImagePlatform>): Promise<{ digest: string; config: string }> {
    const made = ociImage([{ name: 'id', content: Buffer.from(randomUUID()) }], {});
    const { architecture: _, os: __, ...rest } = JSON.parse(made.config.toString()) as Record<string, unknown>;
    const config = Buffer.from(JSON.stringify({ ...rest, ...configuration }));
    const parts = JSON.parse(made.manifest.toString()) as { config: object };
    const described = { ...parts.config, digest: digestOf(config), size: config.length };
    const manifest = Buffer.from(JSON.stringify({ ...parts, config: described }));
    const digest = await pushByHttp(real, 'acme/shop', tag, { ...made, config, manifest });
    return { digest, config: digestOf(config) };
  }

  /** As a build for several platforms makes it. `more`: fields of the index itself. */
  async function pushIndex(tag: string, images: readonly { digest: string; platform?: object }[], more = {}) {
    const manifests = images.map(({ digest, platform }) => ({ mediaType: OCI_MANIFEST, digest, size: 1, platform }));
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests, ...more }));
    const options = { clock: systemClock, secret: 'ci/registry', actions: 'pull,push' } as const;
    const connection = openConnection(options, image(), real.push, forever);
    await pushManifest(connection, tag, { mediaType: OCI_INDEX, content }, `${image()}:${tag}`);
    return digestOf(content);
  }

  test.each<[string, object, string]>([
    ['no os', { architecture: 'amd64' }, 'os'],
    ['no architecture', { os: 'linux' }, 'architecture'],
    ['an os that is no text', { os: 6, architecture: 'amd64' }, 'os'],
  ])('a config with %s is RegistryAnswerInvalid, with the field', async (_, configuration, field) => {
    const { digest } = await push('odd', configuration);
    await expect(client().manifest(image(), digest, real.pull, forever)).rejects.toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining(`in its config, ${field}: `) as string,
      details: { registry: real.host },
    });
  });

  test('what one account has been given is not for another, from the same client', async () => {
    const { digest } = await push('shared', AMD64);
    const one = client();
    const ways = [
      (who: typeof real.pull | undefined) => one.manifest(image(), digest, who, forever),
      (who: typeof real.pull | undefined) => one.digest(image(), 'shared', who, forever),
    ];
    for (const _ of [1, 2]) {
      for (const way of ways) {
        await way(real.pull);
        await expect(way(real.stranger)).rejects.toMatchObject({ code: 'ImagePullDenied' });
        await expect(way(undefined)).rejects.toMatchObject({ code: 'ImagePullDenied' });
        await expect(way({ ...real.pull, password: 'wrong' })).rejects.toMatchObject({ code: 'RegistryUnauthorized' });
      }
    }
  });

  test('an attestation of BuildKit in an index is no image of it', async () => {
    const [built, attestation] = [await push('built', AMD64), await push('attested', AMD64)];
    const unknown = { os: 'unknown', architecture: 'unknown' };
    const index = await pushIndex('buildkit', [
      { ...built, platform: AMD64 },
      { ...attestation, platform: unknown },
    ]);
    expect(await client().manifest(image(), index, real.pull, forever)).toEqual({
      kind: 'index',
      images: [{ digest: built.digest, platform: AMD64 }],
    });
  });

  test(`what is attached is found by ${foundBy}, once however often it is attached`, async () => {
    const { digest } = await push('attached', AMD64);
    const at = new Date('2026-01-01T00:00:00Z');
    const first = await attach(digest, '{"a":1}', VERDICT, at);
    expect(first).toEqual({ digest: expect.stringMatching(/^sha256:/) as string, foundBy });
    expect(await attach(digest, '{"a":1}', VERDICT, at)).toEqual(first);
    expect(await bundles(digest)).toEqual(['{"a":1}']);
  });

  test('what two attach at the same time is found, both of it', async () => {
    const { digest } = await push('raced', AMD64);
    const texts = ['{"a":1}', '{"a":2}', '{"a":3}'];
    await Promise.all(texts.map((text) => attach(digest, text)));
    expect((await bundles(digest)).toSorted()).toEqual(texts);
  });

  test('an account that may only pull attaches nothing, and an image that is not there has nothing attached', async () => {
    const { digest } = await push('guarded', AMD64);
    await expect(attach(digest, '{}', VERDICT, new Date(), real.pull)).rejects.toMatchObject({
      code: 'ImagePullDenied',
      message: expect.stringContaining(`does not let Hawser push to ${image()}`) as string,
      details: { secret: 'ci/registry' },
    });
    expect(await bundles(digest)).toEqual([]);
    const missing = `sha256:${'0e'.repeat(32)}`;
    await expect(attach(missing, '{}')).rejects.toMatchObject({ code: 'ImageNotFound' });
  });

  test('a tag in the place of the referrers that is no index is left as it is', async () => {
    const { digest } = await push('shadowed', AMD64);
    const tag = digest.replace(':', '-');
    const { digest: other } = await push(tag, AMD64);
    expect(await bundles(digest)).toEqual([]);
    const outcome = attach(digest, '{}').then(
      (found) => found.foundBy,
      (error: unknown) => (error as Error).message,
    );
    expect(await outcome).toMatch(foundBy === 'referrers' ? /^referrers$/ : /no OCI index, and stays as it is/);
    expect(await client().digest(image(), tag, real.pull, forever)).toBe(other);
  });
});
