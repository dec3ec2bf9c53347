import { createHash } from 'node:crypto';
import { fail } from '../../core/errors.ts';
import type { Clock, RegistryCredential } from '../../core/ports.ts';
import { tokenStore, type Tokens } from './tokens.ts';

/** Distribution spec, "Pulling manifests". */
const PATH = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const HOST = /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:\d{1,5})?$/i;
const TIMEOUT_MS = 10_000;

export interface ConnectOptions {
  clock: Clock;
  /** Name of the secret that the credential comes from, for hints. */
  secret: string;
  /** What a token is asked for. */
  actions: 'pull' | 'pull,push';
  /** How long one answer may take; 10 s unless told otherwise. */
  timeoutMs?: number | undefined;
  /** Another one brings its own trust in TLS. */
  fetch?: typeof fetch | undefined;
  /** Those of connections before this one; it has its own unless told otherwise. */
  tokens?: Tokens | undefined;
}

/** One repository at its registry, asked for somebody until the signal ends it. Opens nothing by itself. */
export interface Connection extends Omit<Required<ConnectOptions>, 'fetch' | 'timeoutMs' | 'tokens'> {
  readonly fetch: typeof fetch;
  readonly tokens: Tokens;
  readonly timeoutMs: number;
  /** `host/path`, without tag. */
  readonly image: string;
  /** As the image names it: what errors say. */
  readonly host: string;
  readonly path: string;
  readonly credential: RegistryCredential | undefined;
  readonly signal: AbortSignal;
  /** Names the registry, the repository, what is asked for and the credential: what is kept for one is for no other. */
  readonly identity: string;
  /** Where the registry answers: https, or http once a loopback host has turned out to speak no TLS. */
  origin: string;
  /** The header that the registry accepted last. */
  authorization: string | undefined;
}

/** What is to be asked of the repository `image` (`host/path`). Throws ImageNameInvalid. */
export function openConnection(
  options: ConnectOptions,
  image: string,
  credential: RegistryCredential | undefined,
  signal: AbortSignal,
): Connection {
  const slash = image.indexOf('/');
  const [host, path] = [image.slice(0, Math.max(slash, 0)), image.slice(slash + 1)];
  const small = path.toLowerCase();
  const origin = `https://${host === 'docker.io' ? 'registry-1.docker.io' : host}`.toLowerCase();
  if (!HOST.test(host) || !URL.canParse(origin) || !PATH.test(small))
    throw fail('ImageNameInvalid', `${image} is not the name of an image with its registry.`, {
      image,
      suggestion: 'ghcr.io/OWNER/NAME',
    });
  // Registries know lower case only; asked all the same, they say that there is no such image.
  if (path !== small)
    throw fail('ImageNameInvalid', `${image} has capitals, and no registry has such a name.`, {
      image,
      suggestion: `${host}/${small}`,
    });
  return {
    ...options,
    fetch: options.fetch ?? fetch,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    tokens: options.tokens ?? tokenStore(options.clock),
    image,
    host,
    path,
    credential,
    signal,
    identity: identityOf([origin, path, options.actions, credential?.username, credential?.password]),
    origin,
    authorization: undefined,
  };
}

/** A hash, since it stays in memory longer than the password does. */
function identityOf(parts: readonly (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
