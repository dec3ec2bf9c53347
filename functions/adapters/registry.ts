import * as z from 'zod';
import { fail, ReleaseError } from '../core/errors.ts';
import type { Clock, Registry, RegistryCredential } from '../core/ports.ts';

/** A registry answers with the form that is asked for, and an index only if it is among them. */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const TIMEOUT_MS = 10_000;
const TRIES = 4;
/** A registry that asks for a longer pause is not waited for. */
const LONGEST_WAIT_MS = 30_000;

const Token = z.union([z.object({ token: z.string() }), z.object({ access_token: z.string() })]);

export interface RegistryOptions {
  clock: Clock;
  /** Name of the secret that the credential comes from, for hints; undefined when none is configured. */
  secret: string | undefined;
  /** How long one answer may take; 10 s unless told otherwise. */
  timeoutMs?: number;
}

interface Call {
  clock: Clock;
  timeoutMs: number;
}

/** What the caller needs to name in its errors. */
interface Asked {
  image: string;
  tag: string;
  registry: string;
  secret: string;
}

/**
 * An OCI registry over TLS, with Bearer tokens or basic authentication as it asks for them (distribution spec, token flow).
 * Tried again on 429, 5xx and broken connections, the token service included. A registry with a CA of its own is trusted as
 * every other TLS server of the process is: by Node's NODE_EXTRA_CA_CERTS.
 */
export function registry(options: RegistryOptions): Registry {
  const call: Call = {
    clock: options.clock,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  };
  return {
    digest: async (image, tag, credential, signal) => {
      const slash = image.indexOf('/');
      const [host, path] = [image.slice(0, slash), image.slice(slash + 1)];
      if (path !== path.toLowerCase()) throw hasCapitals(host, path);
      const asked: Asked = { image, tag, registry: host, secret: options.secret ?? '(app.pull is not set)' };
      const url = `https://${host === 'docker.io' ? 'registry-1.docker.io' : host}/v2/${path}/manifests/${encodeURIComponent(tag)}`;
      const response = await withRetries(call, asked, signal, () => head(url, call, asked, credential, signal));
      const digest = response.headers.get('docker-content-digest');
      if (digest !== null && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
      throw fail('RegistryUnreachable', `${host} names no digest for ${image}:${tag}.`, { registry: host });
    },
  };
}

/** The answer to HEAD, once authenticated if the registry asks for it. */
async function head(
  url: string,
  call: Call,
  asked: Asked,
  credential: RegistryCredential | undefined,
  signal: AbortSignal,
): Promise<Response> {
  const first = await ask('HEAD', url, call, undefined, signal);
  if (first.status !== 401) return first;
  const challenge = first.headers.get('www-authenticate') ?? '';
  const authorization = await answerChallenge(challenge, call, asked, credential, signal);
  const second = await ask('HEAD', url, call, authorization, signal);
  // Nobody but the registry itself has looked at the password then.
  if (second.status === 401 && /^basic/i.test(authorization)) throw unauthorized(asked, asked.registry);
  return second;
}

/** `Bearer realm="…",service="…",scope="…"` → a token from the realm; `Basic` → the credential itself. */
async function answerChallenge(
  challenge: string,
  call: Call,
  asked: Asked,
  credential: RegistryCredential | undefined,
  signal: AbortSignal,
): Promise<string> {
  const basic =
    credential === undefined
      ? undefined
      : `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
  if (/^basic/i.test(challenge)) {
    if (basic === undefined) throw denied(asked, '401 Unauthorized (no credential)');
    return basic;
  }
  const parameters = new Map(
    Array.from(challenge.matchAll(/(\w+)="([^"]*)"/g), ([, key, value]) => [key ?? '', value ?? '']),
  );
  const realm = parameters.get('realm');
  // The password goes to the realm, so the realm must be one that TLS vouches for.
  if (realm === undefined || !realm.startsWith('https://'))
    throw denied(asked, `a challenge that names no https realm`);
  const url = new URL(realm);
  for (const key of ['service', 'scope']) {
    const value = parameters.get(key);
    if (value !== undefined) url.searchParams.set(key, value);
  }
  const response = await ask('GET', url.href, call, basic, signal);
  const text = await response.text();
  const who = `the token service of ${asked.registry}`;
  if (response.status === 401 && basic !== undefined) throw unauthorized(asked, who);
  if (!response.ok) throw statusError(response, asked, who);
  const token = Token.safeParse(parseJson(text));
  if (!token.success)
    throw fail('RegistryUnreachable', `The token service of ${asked.registry} sent no token.`, {
      registry: asked.registry,
    });
  return `Bearer ${'token' in token.data ? token.data.token : token.data.access_token}`;
}

function ask(
  method: string,
  url: string,
  { timeoutMs }: Call,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<Response> {
  return fetch(url, {
    method,
    headers: { accept: ACCEPT, 'user-agent': 'hawser', ...(authorization === undefined ? {} : { authorization }) },
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
}

async function withRetries(
  { clock }: Call,
  asked: Asked,
  signal: AbortSignal,
  send: () => Promise<Response>,
): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const answer = await send().catch((error: unknown) => error);
    signal.throwIfAborted();
    if (answer instanceof Response && answer.ok) return answer;
    const error = answer instanceof Response ? statusError(answer, asked, asked.registry) : unreachable(answer, asked);
    if (!(error instanceof ReleaseError) || !error.retryable || attempt === TRIES) throw error;
    const waitMs = Number(error.details['waitMs'] ?? 300 * 2 ** attempt);
    if (waitMs > LONGEST_WAIT_MS) throw error;
    await clock.sleep(waitMs, signal);
  }
}

function statusError({ status, headers }: Response, asked: Asked, who: string): ReleaseError {
  if (status === 404)
    return fail('ImageNotFound', `${asked.registry} has no ${asked.image}:${asked.tag}.`, {
      image: `${asked.image}:${asked.tag}`,
    });
  if (status === 401 || status === 403) return denied(asked, `${status} from ${who}`);
  const after = Number.parseInt(headers.get('retry-after') ?? '', 10);
  const details = { registry: asked.registry, ...(after >= 0 ? { waitMs: after * 1_000 } : {}) };
  if (status === 429)
    return fail('RegistryRateLimited', `${who} lets Hawser wait with ${asked.image}:${asked.tag}: 429.`, details);
  return fail('RegistryUnreachable', `${who} answered ${status} for ${asked.image}:${asked.tag}.`, details);
}

/** The name and password themselves are refused; of what they may pull nothing is said yet. */
function unauthorized(asked: Asked, who: string): ReleaseError {
  return fail('RegistryUnauthorized', `${who} does not accept the credential in ${asked.secret}: 401.`, {
    secret: asked.secret,
    registry: asked.registry,
  });
}

/** Registries know lower case only (distribution spec); asked all the same, they say that there is no such image. */
function hasCapitals(host: string, path: string): ReleaseError {
  const [image, suggestion] = [`${host}/${path}`, `${host}/${path.toLowerCase()}`];
  return fail('ImageNameInvalid', `${image} has capitals, and no registry has such a name.`, { image, suggestion });
}

function denied(asked: Asked, why: string): ReleaseError {
  return fail('ImagePullDenied', `${asked.registry} does not let Hawser pull ${asked.image}: ${why}.`, {
    secret: asked.secret,
    image: asked.image,
  });
}

function unreachable(error: unknown, asked: Asked): unknown {
  if (!(error instanceof TypeError) && !(error instanceof Error && error.name === 'TimeoutError')) return error;
  const cause = error.cause instanceof Error ? error.cause.message : error.message;
  return fail(
    'RegistryUnreachable',
    `${asked.registry} did not answer: ${cause}.`,
    { registry: asked.registry },
    error,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
