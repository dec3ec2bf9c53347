import { fail } from '../functions/core/errors.ts';

export interface PinnedImage {
  /** `host/name`, without tag. */
  name: string;
  /** `sha256:…` */
  digest: string;
}

/** Reads `HOST/NAME@sha256:…`. A tag is refused: it may name another image a moment later. Throws InputInvalid. */
export function pinnedImage(text: string): PinnedImage {
  const [, name, digest] = /^([\w.-]+(?::\d+)?\/[\w./-]+)@(sha256:[0-9a-f]{64})$/.exec(text) ?? [];
  if (name !== undefined && digest !== undefined) return { name, digest };
  throw fail(
    'InputInvalid',
    `--image ${JSON.stringify(text)} names no image by its digest; expected HOST/NAME@sha256:… with 64 hex digits and without a tag.`,
  );
}
