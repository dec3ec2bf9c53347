import { digestOf } from '../node/oci.ts';
import type { Stored } from './bare.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';

/** What an image manifest or an index is made of: the digests of its blobs, and of the manifests in it. */
export interface Parts {
  blobs: string[];
  manifests: string[];
  /** Digest of the manifest that this one is attached to. */
  subject: string | undefined;
}

interface Manifest {
  artifactType?: string;
  config?: { digest: string; mediaType: string };
  layers?: { digest: string }[];
  manifests?: { digest: string }[];
  subject?: { digest: string };
  annotations?: Record<string, string>;
}

export function partsOf(content: Buffer): Parts {
  const { config, layers = [], manifests = [], subject } = JSON.parse(content.toString()) as Manifest;
  return {
    blobs: [...(config === undefined ? [] : [config]), ...layers].map(({ digest }) => digest),
    manifests: manifests.map(({ digest }) => digest),
    subject: subject?.digest,
  };
}

/** The answer of the referrers API (distribution spec): an index of the manifests whose subject is the digest, of this type if one is asked for. */
export function referrersOf(
  manifests: ReadonlyMap<string, Stored>,
  subject: string,
  artifactType: string | null,
): Stored {
  const attached = [...manifests]
    .filter(([reference, { content }]) => reference.startsWith('sha256:') && partsOf(content).subject === subject)
    .map(([, { content, mediaType }]) => {
      const { artifactType: type, config, annotations } = JSON.parse(content.toString()) as Manifest;
      const descriptor = { mediaType, digest: digestOf(content), size: content.length };
      return { ...descriptor, artifactType: type ?? config?.mediaType, annotations };
    })
    .filter((entry) => artifactType === null || entry.artifactType === artifactType);
  const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: attached }));
  return { content, mediaType: INDEX };
}
