import type { ImageManifest } from '../../core/ports.ts';

const MOST = 32;
const MAX_CHARACTERS = 256 * 1024;

/**
 * What digests are, of the last ones that were read: 32 at most, and 256 Ki characters as JSON. What has a digest never changes, so that
 * nothing gets old in it. `read`: asks the registry; what it throws is kept for nobody.
 */
export function manifestCache(): (key: string, read: () => Promise<ImageManifest>) => Promise<ImageManifest> {
  /** As JSON, so that nobody can change what the next one gets. The one that was used last is last. */
  const texts = new Map<string, string>();
  let characters = 0;

  const drop = (key: string): void => {
    characters -= texts.get(key)?.length ?? 0;
    texts.delete(key);
  };
  const keep = (key: string, text: string): void => {
    drop(key);
    if (text.length > MAX_CHARACTERS) return;
    texts.set(key, text);
    characters += text.length;
    for (const oldest of texts.keys()) {
      if (texts.size <= MOST && characters <= MAX_CHARACTERS) return;
      drop(oldest);
    }
  };

  return async (key, read) => {
    const text = texts.get(key) ?? JSON.stringify(await read());
    keep(key, text);
    return JSON.parse(text) as ImageManifest;
  };
}
