import type { CatalogueEntry } from '../entry.ts';

/** What is wrong with an image: it is not there, a node cannot pull or run it, or it has failed in the environment before. */
export const image = {
  ImageNotFound: {
    owner: 'change',
    retryable: false,
    hint: 'Check that the workflow pushed {image}; Hawser looks for a tag that is the full commit SHA.',
  },
  ImagePullFailing: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  ImageNameInvalid: {
    owner: 'change',
    retryable: false,
    hint: 'Write the image in lower case, as name:tag or name@sha256:DIGEST without a scheme: {suggestion}',
  },
  ImagePlatformMismatch: {
    owner: 'change',
    retryable: false,
    hint: 'Build for the node ({platform}), or for both: docker buildx build --platform linux/amd64,linux/arm64 --push -t {image} .',
  },
  ImageRejected: {
    owner: 'change',
    retryable: false,
    hint: 'Push a mended revision. If the cause was outside the change and is gone: npx hawser deploy --environment {environment} --revision {revision} --reason "…"',
  },
} as const satisfies Record<string, CatalogueEntry<'change'>>;
