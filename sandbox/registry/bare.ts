import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Workspace } from '../host/workspace.ts';
import { digestOf } from '../node/oci.ts';
import { createIdentity } from './identity.ts';
import { sendError, startHttps, tokenListener } from './listener.ts';
import { partsOf, referrersOf } from './referrers.ts';
import type { Registry } from './registry.ts';
import { readToken, type TokenIssuer } from './token.ts';

export interface Stored {
  content: Buffer;
  mediaType: string;
}

/** A repository's blobs by digest, its manifests by digest and by tag. */
interface Repository {
  blobs: Map<string, Stored>;
  manifests: Map<string, Stored>;
}

/** One request to `/v2/NAME/KIND/REFERENCE` by somebody who may make it. */
interface Asked {
  request: IncomingMessage;
  response: ServerResponse;
  name: string;
  kind: string;
  reference: string;
  query: URLSearchParams;
}

/**
 * The registry where docker-registry cannot be had: in this process and in memory, with the same TLS, accounts and token flow. Of
 * the distribution spec it has what pushes and finds an image: manifests by tag and digest, blobs by digest, uploads in one piece, and
 * what docker-registry has not: the referrers of a digest.
 */
export async function startBareRegistry(workspace: Workspace, options: { address: string }): Promise<Registry> {
  const { authority, tls, issuer, accounts } = await createIdentity(workspace, options.address);
  const dir = join(workspace.dir, 'registry');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const caFile = join(dir, 'ca.crt');
  writeFileSync(caFile, authority.pem);

  const repositories = new Map<string, Repository>();
  const tokens = tokenListener(issuer, Object.values(accounts));
  const server = await startHttps(options.address, tls, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://registry');
    if (url.pathname === '/token') return tokens(request, response);
    const match = /^\/v2\/(?:(.+)\/(manifests|blobs|blobs\/uploads|referrers)\/([^/]*))?$/.exec(url.pathname);
    if (match === null) return sendError(response, 404, 'NOT_FOUND');
    const [, name = '', kind = '', reference = ''] = match;
    const refusal = refuse(issuer, request, name);
    if (refusal !== undefined) {
      const realm = `Bearer realm="https://${server.host}/token",service="${issuer.service}"`;
      return sendError(response, 401, 'UNAUTHORIZED', { 'www-authenticate': realm + refusal });
    }
    if (name === '') return void response.writeHead(200).end('{}');
    const repository = repositories.get(name) ?? { blobs: new Map(), manifests: new Map() };
    repositories.set(name, repository);
    answer(repository, { request, response, name, kind, reference, query: url.searchParams }).catch(() =>
      response.destroy(),
    );
  });
  return { host: server.host, ca: authority.pem, caFile, ...accounts, stop: () => server.close() };
}

/** The rest of the challenge for a request without the right to what it asks; undefined when it has it. */
function refuse(issuer: TokenIssuer, request: IncomingMessage, name: string): string | undefined {
  const actions = ['GET', 'HEAD'].includes(request.method ?? '') ? ['pull'] : ['pull', 'push'];
  const scope = name === '' ? '' : `,scope="repository:${name}:${actions.join(',')}"`;
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) return scope;
  const access = readToken(issuer, token);
  if (access === undefined) return `${scope},error="invalid_token"`;
  const granted = access.find((one) => one.type === 'repository' && one.name === name)?.actions ?? [];
  if (name === '' || actions.every((action) => granted.includes(action))) return undefined;
  return `${scope},error="insufficient_scope"`;
}

async function answer({ blobs, manifests }: Repository, asked: Asked): Promise<void> {
  const { request, response, name, kind, reference, query } = asked;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (reads && kind === 'manifests') return send(asked, manifests.get(reference), 'MANIFEST_UNKNOWN');
  if (reads && kind === 'blobs') return send(asked, blobs.get(reference), 'BLOB_UNKNOWN');
  if (reads && kind === 'referrers') {
    const artifactType = query.get('artifactType');
    const filters = artifactType === null ? {} : { 'oci-filters-applied': 'artifactType' };
    return send(asked, referrersOf(manifests, reference, artifactType), 'NOT_FOUND', filters);
  }
  const created = (path: string, digest: string, more: Record<string, string> = {}): void =>
    void response.writeHead(201, { location: `/v2/${name}/${path}`, 'docker-content-digest': digest, ...more }).end();

  if (request.method === 'POST' && kind === 'blobs/uploads') {
    const location = `https://${request.headers.host}/v2/${name}/blobs/uploads/${randomUUID()}`;
    return void response.writeHead(202, { location }).end();
  }
  if (request.method !== 'PUT') return sendError(response, 405, 'UNSUPPORTED');
  const content = Buffer.concat((await request.toArray()) as Buffer[]);
  const digest = digestOf(content);
  if (kind === 'blobs/uploads') {
    if (query.get('digest') !== digest) return sendError(response, 400, 'DIGEST_INVALID');
    blobs.set(digest, { content, mediaType: 'application/octet-stream' });
    return created(`blobs/${digest}`, digest);
  }
  if (kind !== 'manifests') return sendError(response, 405, 'UNSUPPORTED');
  if (reference.includes(':') && reference !== digest) return sendError(response, 400, 'DIGEST_INVALID');
  const parts = partsOf(content);
  const isWhole = parts.blobs.every((part) => blobs.has(part)) && parts.manifests.every((part) => manifests.has(part));
  if (!isWhole) return sendError(response, 400, 'MANIFEST_BLOB_UNKNOWN');
  const stored = { content, mediaType: request.headers['content-type'] ?? 'application/json' };
  manifests.set(digest, stored).set(reference, stored);
  created(`manifests/${digest}`, digest, parts.subject === undefined ? {} : { 'oci-subject': parts.subject });
}

function send(
  { request, response }: Asked,
  stored: Stored | undefined,
  unknown: string,
  more: Record<string, string> = {},
): void {
  if (stored === undefined) return sendError(response, 404, unknown);
  const headers = {
    'content-type': stored.mediaType,
    'content-length': stored.content.length,
    'docker-content-digest': digestOf(stored.content),
    ...more,
  };
  response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : stored.content);
}
