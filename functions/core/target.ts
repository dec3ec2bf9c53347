import type { HookStage } from './hooks/hook.ts';
import type { Manifest } from './kubernetes.ts';
import { PULL_SECRET, pullSecret } from './phases/preflight.ts';
import type { Ports, RegistryCredential } from './ports.ts';
import { imageName, usesImage } from './render/image.ts';

/** A set of objects to bring onto a cluster, and how to see that they serve. */
export interface Target {
  objects: readonly Manifest[];
  /** Run once in this release. A restored release has none: what they did is not undone, and not done twice. */
  hooks: Record<HookStage, readonly Manifest[]>;
  revision: string;
  image: string;
  credential: RegistryCredential | undefined;
  /** Public address of the node. */
  address: string;
}

export const noHooks: Target['hooks'] = { 'pre-deploy': [], 'post-deploy': [] };

export function hooksOf({ hooks }: Pick<Target, 'hooks'>): Manifest[] {
  return [...hooks['pre-deploy'], ...hooks['post-deploy']];
}

/** One pull secret for each namespace in which something runs the image; none without a credential. They go into no record. */
export function pullSecretsOf(target: Target): Manifest[] {
  const { credential, image, objects } = target;
  if (credential === undefined) return [];
  const pulling = [...objects, ...hooksOf(target)].filter((object) => usesImage(object, imageName(image)));
  const namespaces = new Set(pulling.flatMap(({ metadata }) => metadata.namespace ?? []));
  return [...namespaces].map((namespace) => pullSecret(namespace, image, credential));
}

export function isPullSecret({ kind, metadata }: Manifest): boolean {
  return kind === 'Secret' && metadata.name === PULL_SECRET;
}

/** What fills hints that the cluster cannot. */
export function factsOf(ports: Pick<Ports, 'config'>): { secret: string } {
  return { secret: ports.config.app.pull?.secret ?? 'app.pull (not set)' };
}
