import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../host/run.ts';
import { cacheDir } from '../setup/cache.mjs';
import { MEDIA_TYPES, digestOf, ociImage } from './oci.ts';
import { tar } from './tar.ts';

/** The name that the node knows the image by; no registry has it. */
export const PAUSE_IMAGE = 'localhost/hawser/pause:1';

const SOURCE = join(import.meta.dirname, 'pause');

/**
 * Path of the pause image as an OCI archive (`ctr images import` takes it). Built once with Go and kept in the cache:
 * the node must run pods without any registry.
 */
export async function pauseImage(): Promise<string> {
  const source = readFileSync(join(SOURCE, 'main.go'));
  const dir = cacheDir('pause', createHash('sha256').update(source).digest('hex').slice(0, 16));
  const archive = join(dir, 'pause.tar');
  if (existsSync(archive)) return archive;

  const binary = join(dir, `pause-${process.pid}`);
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' };
  await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', binary, '.'], { cwd: SOURCE, env });
  const whole = `${archive}-${process.pid}`;
  writeFileSync(whole, ociArchive(readFileSync(binary), PAUSE_IMAGE));
  renameSync(whole, archive);
  return archive;
}

/** An OCI image layout in one tar: a single layer with one executable `/pause`, for this machine's architecture. */
export function ociArchive(executable: Buffer, name: string): Buffer {
  const image = ociImage([{ name: 'pause', content: executable, mode: 0o755 }], {
    Entrypoint: ['/pause'],
    User: '65535:65535',
  });
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name };
  const manifest = { mediaType: MEDIA_TYPES.manifest, digest: digestOf(image.manifest), size: image.manifest.length };
  const index = json({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] });
  const blobs = [image.layer, image.config, image.manifest].map((content) => ({
    name: `blobs/sha256/${digestOf(content).slice('sha256:'.length)}`,
    content,
  }));
  return tar([
    { name: 'oci-layout', content: json({ imageLayoutVersion: '1.0.0' }) },
    { name: 'index.json', content: index },
    ...blobs,
  ]);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
