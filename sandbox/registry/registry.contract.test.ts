import { createHash } from 'node:crypto';
import { Agent, fetch, type Response } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkspace, type Workspace } from '../host/workspace.ts';
import { ociImage } from '../node/oci.ts';
import { startBareRegistry } from './bare.ts';
import { pushByHttp } from './push.ts';
import { startRegistry, type Credentials, type Registry } from './registry.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const REPOSITORY = 'acme/shop';

describe.each([
  { of: 'docker-registry', start: startRegistry },
  { of: 'the bare registry', start: startBareRegistry },
])('$of', ({ start }) => {
  let workspace: Workspace;
  let registry: Registry;
  let dispatcher: Agent;
  beforeAll(async () => {
    workspace = await openWorkspace();
    registry = await start(workspace, { address: '127.0.0.1' });
    dispatcher = new Agent({ connect: { ca: registry.ca } });
  });
  afterAll(async () => {
    await dispatcher.close();
    await registry.stop();
    const left = await workspace.close();
    if (left.length > 0) throw new Error(left.join('\n'));
  });

  type Init = { method?: string; headers?: Record<string, string>; body?: string | Buffer };

  const at = (path: string, init: Init = {}): Promise<Response> =>
    fetch(path.startsWith('https:') ? path : `https://${registry.host}/v2/${path}`, { ...init, dispatcher });

  async function codeOf(response: Response): Promise<string | undefined> {
    return ((await response.json()) as { errors: { code: string }[] }).errors[0]?.code;
  }

  /** Follows the challenge of an unauthenticated request, as clients do. */
  async function tokenAnswer(who: Credentials | undefined, actions: string): Promise<Response> {
    const challenge = (await at(`${REPOSITORY}/manifests/any`)).headers.get('www-authenticate') ?? '';
    const [realm, service] = ['realm', 'service'].map(
      (key) => new RegExp(`${key}="([^"]+)"`).exec(challenge)?.[1] ?? '',
    );
    const basic = Buffer.from(`${who?.username}:${who?.password}`).toString('base64');
    const headers: Record<string, string> = who === undefined ? {} : { authorization: `Basic ${basic}` };
    return at(`${realm}?service=${service}&scope=repository:${REPOSITORY}:${actions}`, { headers });
  }

  async function bearer(who: Credentials, actions: string): Promise<Record<string, string>> {
    const { token } = (await (await tokenAnswer(who, actions)).json()) as { token: string };
    return { authorization: `Bearer ${token}` };
  }

  async function pushBlob(headers: Record<string, string>, blob: Buffer): Promise<string> {
    const digest = `sha256:${createHash('sha256').update(blob).digest('hex')}`;
    const begun = await at(`${REPOSITORY}/blobs/uploads/`, { method: 'POST', headers });
    const location = new URL(begun.headers.get('location') ?? '');
    location.searchParams.set('digest', digest);
    const put = await at(location.href, { method: 'PUT', headers, body: blob });
    expect(put.status).toBe(201);
    return digest;
  }

  test('without credentials: 401 and a challenge that names the token endpoint and the scope', async () => {
    const response = await at(`${REPOSITORY}/manifests/latest`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="https:\/\/127\.0\.0\.1:\d+\/token",service="registry",scope="repository:acme\/shop:pull"$/,
    );
  });

  test('a client that does not trust the CA does not get in', async () => {
    const strict = new Agent();
    await expect(fetch(`https://${registry.host}/v2/`, { dispatcher: strict })).rejects.toThrow('fetch failed');
    await strict.close();
  });

  describe('the token endpoint', () => {
    test('no credentials 401, wrong token 401, no rights 403', async () => {
      const wrong = { ...registry.pull, password: 'pat_wrong' };
      for (const [who, status] of [
        [undefined, 401],
        [wrong, 401],
        [registry.stranger, 403],
        [registry.pull, 200],
      ] as const)
        expect((await tokenAnswer(who, 'pull')).status).toBe(status);
    });

    test('POST is refused, so that clients fall back to GET', async () => {
      const challenge = (await at('')).headers.get('www-authenticate') ?? '';
      const realm = /realm="([^"]+)"/.exec(challenge)?.[1] ?? '';
      expect((await at(realm, { method: 'POST' })).status).toBe(405);
    });
  });

  test('a pushed manifest is found by tag and by digest; others are unknown', async () => {
    const push = await bearer(registry.push, 'pull,push');
    const config = Buffer.from('{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}');
    const digest = await pushBlob(push, config);
    const descriptor = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: config.length };
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config: descriptor, layers: [] });
    const headers = { ...push, 'content-type': MANIFEST };
    const put = await at(`${REPOSITORY}/manifests/one`, { method: 'PUT', headers, body: manifest });
    expect(put.status).toBe(201);

    const pull = { ...(await bearer(registry.pull, 'pull')), accept: MANIFEST };
    const head = await at(`${REPOSITORY}/manifests/one`, { method: 'HEAD', headers: pull });
    const byTag = head.headers.get('docker-content-digest');
    expect(byTag).toBe(`sha256:${createHash('sha256').update(manifest).digest('hex')}`);
    const byDigest = await at(`${REPOSITORY}/manifests/${byTag}`, { headers: pull });
    expect(await byDigest.text()).toBe(manifest);

    const unknown = await at(`${REPOSITORY}/manifests/two`, { headers: pull });
    expect([unknown.status, await codeOf(unknown)]).toEqual([404, 'MANIFEST_UNKNOWN']);
    const elsewhere = await at('acme/other/manifests/one', { headers: pull });
    expect(elsewhere.status).toBe(401);
  });

  test('the pull account cannot push', async () => {
    const headers = await bearer(registry.pull, 'pull,push');
    const response = await at(`${REPOSITORY}/blobs/uploads/`, { method: 'POST', headers });
    expect([response.status, await codeOf(response)]).toEqual([401, 'UNAUTHORIZED']);
    expect(response.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
  });

  test('a token that this registry did not sign is refused', async () => {
    const { authorization = '' } = await bearer(registry.pull, 'pull');
    const [header, claims, signature] = authorization.split('.');
    const forged = Buffer.from(claims ?? '', 'base64url')
      .toString('utf8')
      .replaceAll('"pull"', '"pull","push"');
    const headers = { authorization: [header, Buffer.from(forged).toString('base64url'), signature].join('.') };
    expect((await at(`${REPOSITORY}/blobs/uploads/`, { method: 'POST', headers })).status).toBe(401);
  });

  test('pushByHttp pushes an image that the pull account finds, and can read to the last byte', async () => {
    const image = ociImage([{ name: 'revision', content: Buffer.from('abc') }], { Labels: { revision: 'abc' } });
    const digest = await pushByHttp(registry, REPOSITORY, 'abc', image);
    const headers = { ...(await bearer(registry.pull, 'pull')), accept: MANIFEST };
    const manifest = await (await at(`${REPOSITORY}/manifests/${digest}`, { headers })).text();
    expect(manifest).toBe(image.manifest.toString());
    const { config, layers } = JSON.parse(manifest) as { config: { digest: string }; layers: { digest: string }[] };
    const read = async (blob: string) => (await at(`${REPOSITORY}/blobs/${blob}`, { headers })).text();
    expect(await read(config.digest)).toBe(image.config.toString());
    expect(await read(layers[0]?.digest ?? '')).toBe(image.layer.toString());
  });

  test('a blob under a false digest, and a manifest of unknown blobs, are refused', async () => {
    const headers = await bearer(registry.push, 'pull,push');
    const begun = await at(`${REPOSITORY}/blobs/uploads/`, { method: 'POST', headers });
    const location = new URL(begun.headers.get('location') ?? '');
    location.searchParams.set('digest', `sha256:${'0'.repeat(64)}`);
    const put = await at(location.href, { method: 'PUT', headers, body: 'content' });
    expect([put.status, await codeOf(put)]).toEqual([400, 'DIGEST_INVALID']);

    const { manifest } = ociImage([{ name: 'never', content: Buffer.from('pushed') }], {});
    const refused = await at(`${REPOSITORY}/manifests/never`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': MANIFEST },
      body: manifest,
    });
    expect([refused.status, await codeOf(refused)]).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
  });
});
