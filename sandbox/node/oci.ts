import { createHash } from 'node:crypto';
import { tar, type TarFile } from './tar.ts';

export const MEDIA_TYPES = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** What an OCI image is made of, as bytes: their digests are its identity. */
export interface OciImage {
  manifest: Buffer;
  config: Buffer;
  layer: Buffer;
}

/** An image of a single layer with these files, for this machine's architecture. `config`: Entrypoint, User, Labels, … */
export function ociImage(files: TarFile[], config: Record<string, unknown>): OciImage {
  const layer = tar(files);
  const configuration = json({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    config: descriptor(MEDIA_TYPES.config, configuration),
    layers: [descriptor(MEDIA_TYPES.layer, layer)],
  });
  return { manifest, config: configuration, layer };
}

/** `sha256:…` */
export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function descriptor(mediaType: string, content: Buffer): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest: digestOf(content), size: content.length };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
