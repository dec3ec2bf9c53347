import * as z from 'zod';
import type { Config } from '../config.ts';
import { fail } from '../errors.ts';
import type { Manifest } from '../kubernetes.ts';
import type { Registry, RegistryCredential, Secrets } from '../ports.ts';
import type { Say } from './step.ts';

/** Name of the Secret that Hawser keeps for pulling; it is in no inventory and in no record. */
export const PULL_SECRET = 'hawser-pull';

const Credential = z.object({ username: z.string().min(1), password: z.string().min(1) });

/** The credential for the registry, or undefined when the image is public. Throws SecretMissing, SecretInvalid. */
export async function pullCredential(
  ports: { secrets: Secrets },
  app: Config['app'],
): Promise<RegistryCredential | undefined> {
  if (app.pull === undefined) return undefined;
  const name = app.pull.secret;
  const parsed = Credential.safeParse(parseJson(await ports.secrets.read(name)));
  if (parsed.success) return parsed.data;
  throw fail('SecretInvalid', `The secret ${name} is not JSON with username and password.`, { secret: name });
}

/**
 * Turns the revision's tag into the digest that the registry has for it, with the credential that the node will pull with:
 * what the node could not pull is found here, before anything is touched. Returns `name@sha256:…`.
 */
export async function pinImage(
  ports: { registry: Registry },
  app: Config['app'],
  revision: string,
  credential: RegistryCredential | undefined,
  say: Say,
  signal: AbortSignal,
): Promise<string> {
  const digest = await ports.registry.digest(app.image, revision, credential, signal);
  say(`${app.image}:${revision.slice(0, 7)} is ${digest.slice(0, 19)}…`);
  return `${app.image}@${digest}`;
}

/** The Secret of type dockerconfigjson that the pods pull with. */
export function pullSecret(namespace: string, image: string, credential: RegistryCredential): Manifest {
  const registry = image.slice(0, image.indexOf('/'));
  const auth = Buffer.from(`${credential.username}:${credential.password}`).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: PULL_SECRET, namespace, labels: { 'app.kubernetes.io/managed-by': 'hawser' } },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths: { [registry]: { auth } } })).toString('base64') },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
