import { beforeEach, describe, expect, test } from 'vitest';
import type { Registry, RegistryCredential } from '../../core/ports.ts';

export interface RegistryHarness {
  registry: Registry;
  /** Name of a private image, with its registry. */
  image: string;
  /** May pull it. */
  credential: RegistryCredential;
  /** A known account that may not. */
  stranger: RegistryCredential;
  /** Pushes something new under the tag: an image, or an index of images. Returns its digest. */
  push(tag: string, kind: 'manifest' | 'index'): Promise<string>;
}

/** What every registry answers. Each call of `make` may give the same one. */
export function registryContract(name: string, make: () => Promise<RegistryHarness>): void {
  describe(`registry: ${name}`, () => {
    let harness: RegistryHarness;
    const digest = (
      tag: string,
      credential: RegistryCredential | undefined = harness.credential,
      image = harness.image,
    ) => harness.registry.digest(image, tag, credential, new AbortController().signal);

    beforeEach(async () => {
      harness = await make();
    });

    test('a tag is the digest of what was pushed last, an image or an index', async () => {
      for (const kind of ['manifest', 'index', 'manifest'] as const) {
        const pushed = await harness.push('moving', kind);
        expect(pushed).toMatch(/^sha256:[0-9a-f]{64}$/);
        expect(await digest('moving')).toBe(pushed);
      }
    });

    test('a tag and a repository that are not there are ImageNotFound, with the name', async () => {
      const missing = 'f'.repeat(40);
      for (const image of [harness.image, `${harness.image}-other`])
        await expect(digest(missing, harness.credential, image)).rejects.toMatchObject({
          code: 'ImageNotFound',
          message: expect.stringContaining(`${image}:${missing}`) as string,
          details: { image: `${image}:${missing}` },
        });
    });

    test('names are in lower case: one with capitals is ImageNameInvalid, with the right one', async () => {
      await harness.push('latest', 'manifest');
      const slash = harness.image.indexOf('/');
      const capitals = harness.image.slice(0, slash) + harness.image.slice(slash).toUpperCase();
      await expect(digest('latest', harness.credential, capitals)).rejects.toMatchObject({
        code: 'ImageNameInvalid',
        details: { image: capitals, suggestion: harness.image },
      });
    });

    test.each<[string, string, (h: RegistryHarness) => RegistryCredential | undefined]>([
      [
        'a wrong password',
        'RegistryUnauthorized',
        ({ credential: own }) => ({ ...own, password: 'pat_wrong-0123456789' }),
      ],
      ['an unknown user', 'RegistryUnauthorized', ({ credential: own }) => ({ ...own, username: 'nobody' })],
      ['an account without rights', 'ImagePullDenied', ({ stranger }) => stranger],
      ['no credential', 'ImagePullDenied', () => undefined],
    ])('%s is %s, and nothing of the credential is in the error', async (_, code, who) => {
      await harness.push('private', 'manifest');
      const credential = who(harness);
      const error = await harness.registry
        .digest(harness.image, 'private', credential, new AbortController().signal)
        .then(
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
      const call = harness.registry.digest(harness.image, 'x', harness.credential, AbortSignal.abort(reason));
      await expect(call).rejects.toBe(reason);
    });
  });
}
