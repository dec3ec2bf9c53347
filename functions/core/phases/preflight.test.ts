import { describe, expect, test } from 'vitest';
import { memoryCluster } from '../../adapters/memory/cluster.ts';
import { memoryRegistry } from '../../adapters/memory/registry.ts';
import { memorySecrets } from '../../adapters/memory/secrets.ts';
import { testConfig } from '../testing/config.ts';
import type { ImageManifest } from '../ports.ts';
import { fitPlatform, pinImage, pullCredential, pullSecret, PULL_SECRET } from './preflight.ts';

const { app } = testConfig();
const credential = { username: 'bot', password: 'pull-token-0123456789' };
const forever = new AbortController().signal;

describe('pullCredential', () => {
  const read = (value: string) => pullCredential({ secrets: memorySecrets({ 'shop/registry': value }) }, app);

  test('reads username and password; none is needed for a public image', async () => {
    expect(await read(JSON.stringify({ ...credential, note: 'made in May' }))).toEqual(credential);
    const { pull: _, ...open } = app;
    expect(await pullCredential({ secrets: memorySecrets() }, open)).toBeUndefined();
  });

  test.each([
    'pull-token-0123456789',
    '{"username":"bot"}',
    '{"username":"","password":"pull-token-0123456789"}',
    '[]',
    '',
  ])('what is no credential is SecretInvalid, and is not shown: %s', async (value) => {
    const error = (await read(value).catch((thrown: unknown) => thrown)) as Error;
    expect(error).toMatchObject({ code: 'SecretInvalid', details: { secret: 'shop/registry' } });
    expect([error.message, JSON.stringify(error)].join()).not.toContain('0123456789');
  });

  test('a secret that is not there is SecretMissing', async () => {
    await expect(pullCredential({ secrets: memorySecrets() }, app)).rejects.toMatchObject({ code: 'SecretMissing' });
  });
});

test('pinImage is the name with the digest that the tag has now', async () => {
  const registry = memoryRegistry(credential);
  const digest = `sha256:${'0f'.repeat(32)}`;
  const revision = 'a'.repeat(40);
  registry.push(app.image, revision, digest);
  const said: string[] = [];
  const pin = (who: typeof credential | undefined, tag = revision) =>
    pinImage({ registry }, app, tag, who, (text) => void said.push(text), forever);
  expect(await pin(credential)).toBe(`registry.test/acme/shop@${digest}`);
  expect(said).toEqual([`registry.test/acme/shop:aaaaaaa is ${digest.slice(0, 19)}…`]);
  await expect(pin(undefined)).rejects.toMatchObject({ code: 'ImagePullDenied' });
  await expect(pin(credential, 'b'.repeat(40))).rejects.toMatchObject({ code: 'ImageNotFound' });
});

describe('fitPlatform', () => {
  const digest = `sha256:${'0f'.repeat(32)}`;
  const platforms = (...names: string[]): ImageManifest => {
    const all = names.map((name) => {
      const [os = '', architecture = '', variant] = name.split('/');
      return { os, architecture, ...(variant === undefined ? {} : { variant }) };
    });
    const [platform] = all;
    return all.length === 1 && platform !== undefined
      ? { kind: 'image', config: digest, platform }
      : { kind: 'index', images: all.map((one) => ({ digest, platform: one })) };
  };
  const node = (name: string, nodeInfo: object) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { nodeInfo },
  });
  const fit = async (manifest: ImageManifest, ...architectures: string[]): Promise<string> => {
    const registry = memoryRegistry();
    registry.push(app.image, 'tag', digest, manifest);
    const cluster = memoryCluster();
    for (const architecture of architectures)
      cluster.put(node(architecture, { operatingSystem: 'linux', architecture }));
    let said = '';
    const say = (text: string): void => void (said = text);
    await fitPlatform({ registry }, cluster, `${app.image}@${digest}`, undefined, say, forever);
    return said;
  };

  test('one of the images for one of the nodes is enough', async () => {
    expect(await fit(platforms('linux/amd64'), 'amd64')).toBe(
      'the image is for linux/amd64, as the nodes are: linux/amd64',
    );
    expect(await fit(platforms('linux/arm/v7', 'linux/arm64/v8'), 'amd64', 'arm64')).toContain('linux/arm64/v8');
  });

  test('no image for any node is ImagePlatformMismatch, with both', async () => {
    await expect(fit(platforms('linux/amd64'), 'arm64')).rejects.toMatchObject({
      code: 'ImagePlatformMismatch',
      message: `${app.image}@${digest} is for linux/amd64, and the nodes are linux/arm64.`,
      hint: expect.stringContaining(`-t ${app.image}`) as string,
    });
    await expect(fit(platforms('windows/amd64', 'linux/arm64'), 'amd64')).rejects.toMatchObject({
      code: 'ImagePlatformMismatch',
    });
  });

  test('nodes that cannot be seen, or are not there yet, are no reason to fail', async () => {
    expect(await fit(platforms('linux/amd64'))).toBe('the image is for linux/amd64; whether a node is was not checked');
  });
});

test('pullSecret is what kubelet and kubectl call dockerconfigjson, for the registry of the image', () => {
  const secret = pullSecret('shop', 'registry.test:5000/acme/shop@sha256:x', credential);
  expect(secret).toMatchObject({
    kind: 'Secret',
    metadata: { name: PULL_SECRET, namespace: 'shop' },
    type: 'kubernetes.io/dockerconfigjson',
  });
  const data = (secret['data'] as Record<string, string>)['.dockerconfigjson'] ?? '';
  const { auths } = JSON.parse(Buffer.from(data, 'base64').toString()) as { auths: Record<string, { auth: string }> };
  expect(Object.keys(auths)).toEqual(['registry.test:5000']);
  expect(Buffer.from(auths['registry.test:5000']?.auth ?? '', 'base64').toString()).toBe('bot:pull-token-0123456789');
});
