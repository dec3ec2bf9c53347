import { fail } from '../../core/errors.ts';
import type { Registry, RegistryCredential } from '../../core/ports.ts';

export interface MemoryRegistry extends Registry {
  push(image: string, tag: string, digest: string): void;
}

/** A registry in memory. With `credential`, its images are private; `stranger` is known and may pull nothing. */
export function memoryRegistry(credential?: RegistryCredential, stranger?: RegistryCredential): MemoryRegistry {
  const tags = new Map<string, string>();
  const secret = 'shop/registry';
  return {
    push: (image, tag, digest) => void tags.set(`${image}:${tag}`, digest),
    digest: async (image, tag, given, signal) => {
      await Promise.resolve();
      signal.throwIfAborted();
      const suggestion = image.toLowerCase();
      if (image !== suggestion) throw fail('ImageNameInvalid', `${image} has capitals.`, { image, suggestion });
      if (credential !== undefined && !isSame(given, credential)) {
        if (given === undefined || isSame(given, stranger))
          throw fail('ImagePullDenied', `The registry does not let Hawser pull ${image}: 403.`, { image, secret });
        throw fail('RegistryUnauthorized', `The registry does not accept the credential in ${secret}: 401.`, {
          secret,
        });
      }
      const digest = tags.get(`${image}:${tag}`);
      if (digest !== undefined) return digest;
      throw fail('ImageNotFound', `The registry has no ${image}:${tag}.`, { image: `${image}:${tag}` });
    },
  };
}

function isSame(a: RegistryCredential | undefined, b: RegistryCredential | undefined): boolean {
  return a !== undefined && a.username === b?.username && a.password === b.password;
}
