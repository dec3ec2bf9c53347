import { beforeEach, describe, expect, test } from 'vitest';
import type { ImageManifest, ImagePlatform, Registry, RegistryCredential } from '../../core/ports.ts';

export interface RegistryHarness {
  registry: Registry;
  /** Name of a private image, with its registry. */
  image: string;
  /** May pull it. */
  credential: RegistryCredential;
  /** A known account that may not. */
  stranger: RegistryCredential;
  /** Pushes a new image for the platform under the tag. Returns its digest and that of its config. */
  push(tag: string, platform: ImagePlatform): Promise<{ digest: string; config: string }>;
  /** Pushes an index of these, which have been pushed, under the tag. Returns its digest. */
  pushIndex(tag: string, images: readonly { digest: string; platform: ImagePlatform }[]): Promise<string>;
  /** Attaches a bundle with this text to the digest. */
  attach(digest: string, text: string, predicateType: string): Promise<void>;
}

const AMD64: ImagePlatform = { os: 'linux', architecture: 'amd64' };
const ARM: ImagePlatform = { os: 'linux', architecture: 'arm', variant: 'v7' };
const VERDICT = 'https://example.org/verdict/v1';
const PROVENANCE = 'https://slsa.dev/provenance/v1';
const NOWHERE = `sha256:${'0f'.repeat(32)}`;
let count = 0;

/** What every registry answers. Each call of `make` may give the same one. */
export function registryContract(name: string, make: () => Promise<RegistryHarness>): void {
  describe(`registry: ${name}`, () => {
    let harness: RegistryHarness;
    const forever = new AbortController().signal;
    /** Each way of asking, with whatever the registry has or has not. */
    const calls: [
      string,
      (image: string, who: RegistryCredential | undefined, signal: AbortSignal) => Promise<unknown>,
    ][] = [
      ['digest', (image, who, signal) => harness.registry.digest(image, 'private', who, signal)],
      ['manifest', (image, who, signal) => harness.registry.manifest(image, NOWHERE, who, signal)],
      ['bundles', (image, who, signal) => harness.registry.bundles(image, NOWHERE, VERDICT, who, signal)],
    ];
    const digest = (tag: string, image = harness.image): Promise<string> =>
      harness.registry.digest(image, tag, harness.credential, forever);
    const manifest = (of: string): Promise<ImageManifest> =>
      harness.registry.manifest(harness.image, of, harness.credential, forever);
    const bundles = (of: string, predicateType = VERDICT): Promise<string[]> =>
      harness.registry.bundles(harness.image, of, predicateType, harness.credential, forever);
    /** Bundles are texts; whether they are good ones is for others to say. */
    const text = (): string => JSON.stringify({ bundle: ++count, of: 'Zürich' });

    beforeEach(async () => {
      harness = await make();
    });

    test('a tag is the digest of what was pushed last, an image or an index', async () => {
      for (const kind of ['image', 'index', 'image'] as const) {
        const image = await harness.push('moving', AMD64);
        const pushed =
          kind === 'image' ? image.digest : await harness.pushIndex('moving', [{ ...image, platform: AMD64 }]);
        expect(pushed).toMatch(/^sha256:[0-9a-f]{64}$/);
        expect(await digest('moving')).toBe(pushed);
      }
    });

    test('an image is its config and the platform that it was built for', async () => {
      for (const platform of [AMD64, ARM]) {
        const pushed = await harness.push('one', platform);
        expect(await manifest(pushed.digest)).toEqual({ kind: 'image', config: pushed.config, platform });
      }
    });

    test('an index is its images with their platforms, and each of them is an image', async () => {
      const [one, other] = [await harness.push('one', AMD64), await harness.push('other', ARM)];
      const images = [
        { digest: one.digest, platform: AMD64 },
        { digest: other.digest, platform: ARM },
      ];
      const index = await harness.pushIndex('both', images);
      expect(await manifest(index)).toEqual({ kind: 'index', images });
      expect(await manifest(other.digest)).toMatchObject({ kind: 'image', platform: ARM });
    });

    test('what is not there is ImageNotFound, with the name: a tag, a digest, a repository', async () => {
      const missing = 'f'.repeat(40);
      for (const image of [harness.image, `${harness.image}-other`])
        await expect(digest(missing, image)).rejects.toMatchObject({
          code: 'ImageNotFound',
          message: expect.stringContaining(`${image}:${missing}`) as string,
          details: { image: `${image}:${missing}` },
        });
      await expect(manifest(NOWHERE)).rejects.toMatchObject({
        code: 'ImageNotFound',
        details: { image: `${harness.image}@${NOWHERE}` },
      });
    });

    test('an image has no bundles until one is attached, and then those, byte for byte', async () => {
      const { digest: of } = await harness.push('bundled', AMD64);
      expect(await bundles(of)).toEqual([]);
      const attached: string[] = [];
      for (let each = 0; each < 3; each++) {
        attached.push(text());
        await harness.attach(of, attached.at(-1) ?? '', VERDICT);
        expect((await bundles(of)).toSorted()).toEqual(attached.toSorted());
      }
    });

    test('bundles of another predicate type and of another image are left out; an index has its own', async () => {
      const image = await harness.push('one', AMD64);
      const index = await harness.pushIndex('index', [{ ...image, platform: AMD64 }]);
      const [verdict, provenance, ofIndex] = [text(), text(), text()];
      await harness.attach(image.digest, provenance, PROVENANCE);
      await harness.attach(image.digest, verdict, VERDICT);
      await harness.attach(index, ofIndex, VERDICT);
      expect(await bundles(image.digest)).toEqual([verdict]);
      expect(await bundles(image.digest, PROVENANCE)).toEqual([provenance]);
      expect(await bundles(index)).toEqual([ofIndex]);
    });

    test('a digest that is not there has no bundles', async () => {
      await harness.push('any', AMD64);
      expect(await bundles(NOWHERE)).toEqual([]);
    });

    test.each(calls)(
      '%s: names are in lower case: one with capitals is ImageNameInvalid, with the right one',
      async (_, call) => {
        const slash = harness.image.indexOf('/');
        const capitals = harness.image.slice(0, slash) + harness.image.slice(slash).toUpperCase();
        await expect(call(capitals, harness.credential, forever)).rejects.toMatchObject({
          code: 'ImageNameInvalid',
          details: { image: capitals, suggestion: harness.image },
        });
      },
    );

    describe.each(calls)('%s', (_, call) => {
      test.each<[string, string, (h: RegistryHarness) => RegistryCredential | undefined]>([
        [
          'a wrong password',
          'RegistryUnauthorized',
          ({ credential: own }) => ({ ...own, password: 'pat_wrong-0123456789' }),
        ],
        ['an unknown user', 'RegistryUnauthorized', ({ credential: own }) => ({ ...own, username: 'nobody' })],
        ['an account without rights', 'ImagePullDenied', ({ stranger }) => stranger],
        ['no credential', 'ImagePullDenied', () => undefined],
      ])('%s is %s, and nothing of the credential is in the error', async (_who, code, who) => {
        await harness.push('private', AMD64);
        const credential = who(harness);
        const error = await call(harness.image, credential, forever).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toMatchObject({ code, retryable: false });
        if (credential === undefined) return;
        const told = JSON.stringify([error, (error as Error).message, (error as Error).stack, (error as Error).cause]);
        expect(told).not.toContain(credential.password);
        expect(told).not.toContain(Buffer.from(`${credential.username}:${credential.password}`).toString('base64'));
      });

      test('ends with the signal, with its reason', async () => {
        const reason = new Error('the time is up');
        await expect(call(harness.image, harness.credential, AbortSignal.abort(reason))).rejects.toBe(reason);
      });
    });
  });
}
