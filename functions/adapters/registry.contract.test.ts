import { randomUUID } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll } from 'vitest';
import { openWorkspace, type Workspace } from '../../sandbox/host/workspace.ts';
import { digestOf, ociImage } from '../../sandbox/node/oci.ts';
import { pushByHttp } from '../../sandbox/registry/push.ts';
import { startRegistry, type Registry as RealRegistry } from '../../sandbox/registry/registry.ts';
import { registryContract } from './contract/registry.ts';
import { systemClock } from './clock.ts';
import { registry } from './registry.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const trusted = getCACertificates('default');
let workspace: Workspace;
let real: RealRegistry;

beforeAll(async () => {
  workspace = await openWorkspace();
  real = await startRegistry(workspace, { address: '127.0.0.1' });
  // What NODE_EXTRA_CA_CERTS does for the whole process.
  setDefaultCACertificates([...trusted, real.ca]);
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await real?.stop();
  const left = await workspace?.close();
  if (left?.length) throw new Error(`left behind: ${left.join(', ')}`);
});

registryContract('docker-registry', async () => ({
  registry: registry({ clock: systemClock, secret: 'shop/registry' }),
  image: `${real.host}/acme/shop`,
  credential: real.pull,
  stranger: real.stranger,
  push: (tag, kind) => (kind === 'index' ? pushIndex(tag) : pushImage(tag)),
}));

function pushImage(tag: string): Promise<string> {
  const image = ociImage([{ name: 'id', content: Buffer.from(randomUUID()) }], {});
  return pushByHttp(real, 'acme/shop', tag, image);
}

/** An index of one image, as a build for several platforms makes it. */
async function pushIndex(tag: string): Promise<string> {
  const digest = await pushImage(`${tag}-amd64`);
  const manifest = await pushed(digest);
  const platform = { architecture: 'amd64', os: 'linux' };
  const entry = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: manifest.length, platform };
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [entry] }));
  await call('PUT', `manifests/${tag}`, { 'content-type': INDEX }, index);
  return digestOf(index);
}

async function pushed(digest: string): Promise<Buffer> {
  const response = await call('GET', `manifests/${digest}`, { accept: 'application/vnd.oci.image.manifest.v1+json' });
  return Buffer.from(await response.arrayBuffer());
}

/** A request with CI's account. */
async function call(method: string, path: string, headers: Record<string, string>, body?: Buffer): Promise<Response> {
  const url = `https://${real.host}/v2/acme/shop/${path}`;
  const challenge = (await fetch(url, { method: 'HEAD' })).headers.get('www-authenticate') ?? '';
  const realm = /realm="([^"]+)"/.exec(challenge)?.[1] ?? '';
  const basic = Buffer.from(`${real.push.username}:${real.push.password}`).toString('base64');
  const query = 'service=registry&scope=repository:acme/shop:pull,push';
  const answer = await fetch(`${realm}?${query}`, { headers: { authorization: `Basic ${basic}` } });
  const { token } = (await answer.json()) as { token: string };
  const response = await fetch(url, {
    method,
    headers: { ...headers, authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}
