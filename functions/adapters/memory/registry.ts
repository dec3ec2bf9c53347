import { fail } from '../../core/errors.ts';
import type { ImageManifest, Registry, RegistryCredential } from '../../core/ports.ts';

export interface MemoryRegistry extends Registry {
  /** `manifest`: what the digest is; an image for linux/amd64 whose config has the same digest unless told otherwise. */
  push(image: string, tag: string, digest: string, manifest?: ImageManifest): void;
  /** Attaches a bundle to the digest, whatever its text is. */
  attach(image: string, digest: string, text: string, predicateType: string): void;
}

/** A registry in memory. With `credential`, its images are private; `stranger` is known and may pull nothing. */
export function memoryRegistry(credential?: RegistryCredential, stranger?: RegistryCredential): MemoryRegistry {
  const tags = new Map<string, string>();
  const manifests = new Map<string, ImageManifest>();
  const bundles = new Map<string, { text: string; predicateType: string }[]>();
  const secret = 'shop/registry';

  const admit = async (image: string, given: RegistryCredential | undefined, signal: AbortSignal): Promise<void> => {
    await Promise.resolve();
    signal.throwIfAborted();
    const suggestion = image.toLowerCase();
    if (image !== suggestion) throw fail('ImageNameInvalid', `${image} has capitals.`, { image, suggestion });
    if (credential === undefined || isSame(given, credential)) return;
    if (given === undefined || isSame(given, stranger))
      throw fail('ImagePullDenied', `The registry does not let Hawser pull ${image}: 403.`, { image, secret });
    const registry = image.slice(0, image.indexOf('/'));
    throw fail('RegistryUnauthorized', `The registry does not accept the credential in ${secret}: 401.`, {
      secret,
      registry,
    });
  };

  return {
    push: (image, tag, digest, manifest = imageOf(digest)) => {
      tags.set(`${image}:${tag}`, digest);
      manifests.set(`${image}@${digest}`, manifest);
      if (manifest.kind === 'image') return;
      for (const child of manifest.images) {
        const key = `${image}@${child.digest}`;
        if (!manifests.has(key)) manifests.set(key, { ...imageOf(child.digest), platform: child.platform });
      }
    },
    attach: (image, digest, text, predicateType) => {
      const key = `${image}@${digest}`;
      bundles.set(key, [...(bundles.get(key) ?? []), { text, predicateType }]);
    },
    digest: async (image, tag, given, signal) => {
      await admit(image, given, signal);
      return tags.get(`${image}:${tag}`) ?? missing(`${image}:${tag}`);
    },
    manifest: async (image, digest, given, signal) => {
      await admit(image, given, signal);
      return manifests.get(`${image}@${digest}`) ?? missing(`${image}@${digest}`);
    },
    bundles: async (image, digest, predicateType, given, signal) => {
      await admit(image, given, signal);
      const attached = bundles.get(`${image}@${digest}`) ?? [];
      return attached.filter((one) => one.predicateType === predicateType).map(({ text }) => text);
    },
  };
}

function imageOf(digest: string): Extract<ImageManifest, { kind: 'image' }> {
  return { kind: 'image', config: digest, platform: { os: 'linux', architecture: 'amd64' } };
}

function missing(image: string): never {
  throw fail('ImageNotFound', `The registry has no ${image}.`, { image });
}

function isSame(a: RegistryCredential | undefined, b: RegistryCredential | undefined): boolean {
  return a !== undefined && a.username === b?.username && a.password === b.password;
}
