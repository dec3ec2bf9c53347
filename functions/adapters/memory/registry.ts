import { fail } from '../../core/errors.ts';
import type { Registry, RegistryCredential } from '../../core/ports.ts';

export interface MemoryRegistry extends Registry {
  push(image: string, tag: string, digest: string): void;
}

/** A registry in memory. With `credential`, its images are private. */
export function memoryRegistry(credential?: RegistryCredential): MemoryRegistry {
  const tags = new Map<string, string>();
  return {
    push: (image, tag, digest) => void tags.set(`${image}:${tag}`, digest),
    digest: async (image, tag, given, signal) => {
      await Promise.resolve();
      signal.throwIfAborted();
      if (
        credential !== undefined &&
        (given?.username !== credential.username || given.password !== credential.password)
      ) {
        throw fail('ImagePullDenied', `The registry does not let Hawser pull ${image}: 401.`, {
          image,
          secret: 'shop/registry',
        });
      }
      const digest = tags.get(`${image}:${tag}`);
      if (digest !== undefined) return digest;
      throw fail('ImageNotFound', `The registry has no ${image}:${tag}.`, { image: `${image}:${tag}` });
    },
  };
}
