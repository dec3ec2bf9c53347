import * as z from 'zod';
import type { Config } from '../config.ts';
import { fail } from '../errors.ts';
import type { Manifest } from '../kubernetes.ts';
import { shortDigest, splitImage } from '../pinned-image.ts';
import type { Cluster, ImagePlatform, Registry, RegistryCredential, Secrets } from '../ports.ts';
import { textAt } from '../rollout/field.ts';
import { forbidden } from './nodes.ts';
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
 * what the node could not pull is found here, before anything is started. Returns `name@sha256:…`.
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
  say(`${app.image}:${revision.slice(0, 7)} is ${shortDigest(digest)}`);
  return `${app.image}@${digest}`;
}

/**
 * Whether the image, or one of an index, runs on a node of the cluster: where none does, the pull would fail on the node only. Throws
 * ImagePlatformMismatch. A credential that may not see the nodes is no reason to fail.
 */
export async function fitPlatform(
  ports: { registry: Registry },
  cluster: Cluster,
  image: string,
  credential: RegistryCredential | undefined,
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const { name, digest } = splitImage(image);
  const manifest = await ports.registry.manifest(name, digest, credential, signal);
  const built = manifest.kind === 'image' ? [manifest.platform] : manifest.images.map(({ platform }) => platform);
  const nodes = await platformsOf(cluster, signal);
  const text = built.map(platformText).join(', ');
  if (typeof nodes === 'string' || nodes.length === 0)
    return say(
      `the image is for ${text}; whether a node is was not checked${typeof nodes === 'string' ? `: ${nodes}` : ''}`,
    );
  const fits = built.some((one) => nodes.some((node) => node.os === one.os && node.architecture === one.architecture));
  const platform = [...new Set(nodes.map(platformText))].join(', ');
  if (!fits)
    throw fail('ImagePlatformMismatch', `${image} is for ${text || 'no platform'}, and the nodes are ${platform}.`, {
      platform,
      image: name,
    });
  say(`the image is for ${text}, as the nodes are: ${platform}`);
}

/** Of the nodes; a sentence on why they cannot be seen. */
async function platformsOf(cluster: Cluster, signal: AbortSignal): Promise<ImagePlatform[] | string> {
  try {
    const { items } = await cluster.list({ apiVersion: 'v1', kind: 'Node' }, signal);
    return items.flatMap((node) => {
      const [os, architecture] = ['operatingSystem', 'architecture'].map((key) =>
        textAt(node, 'status', 'nodeInfo', key),
      );
      return os === '' || architecture === '' || os === undefined || architecture === undefined
        ? []
        : { os, architecture };
    });
  } catch (error) {
    const why = forbidden(error);
    if (why === undefined) throw error;
    return why;
  }
}

function platformText({ os, architecture, variant }: ImagePlatform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
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
