import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../host/run.ts';
import { MEDIA_TYPES, digestOf, ociImage, type OciImage } from '../node/oci.ts';
import { pushByHttp } from '../registry/push.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheDir } from '../setup/cache.mjs';
import type { PushedImage } from '../verdict/verdict.ts';
import { putManifest } from './push.ts';

/**
 * How an image is broken. `good`: not at all. `root`: names no user. `foreign`: its program is of another architecture, though
 * the image says nothing of it. `elsewhere`: an index without this machine's platform. `unpushed`: no such tag.
 */
export type Variant = 'good' | 'root' | 'foreign' | 'elsewhere' | 'unpushed';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const SOURCE = join(import.meta.dirname, 'app');
const USER = '1000:1000';
/** e_machine of an ELF file, and the numbers of the two architectures that it can be. */
const [E_MACHINE, X86_64, AARCH64] = [18, 0x3e, 0xb7];

/** The app as one static binary, built once with Go and kept in the cache. */
async function appBinary(): Promise<Buffer> {
  const source = readFileSync(join(SOURCE, 'main.go'));
  const dir = cacheDir('failures', createHash('sha256').update(source).digest('hex').slice(0, 16));
  const binary = join(dir, 'app');
  if (!existsSync(binary)) {
    const building = `${binary}-${process.pid}`;
    const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' };
    await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', building, '.'], { cwd: SOURCE, env });
    renameSync(building, binary);
  }
  return readFileSync(binary);
}

/**
 * Pushes an image of the app whose /version answers with `revision`, under that tag, unless the variant says otherwise. Returns what is
 * under the tag then.
 */
export async function pushApp(
  registry: Registry,
  repository: string,
  revision: string,
  variant: Variant = 'good',
): Promise<PushedImage | undefined> {
  if (variant === 'unpushed') return undefined;
  const image = appImage(await appBinary(), revision, variant);
  const config = digestOf(image.config);
  if (variant !== 'elsewhere') return { digest: await pushByHttp(registry, repository, revision, image), config };
  await pushByHttp(registry, repository, `${revision}-only`, image);
  const content = indexOf(image);
  await putManifest(registry, repository, revision, { mediaType: INDEX, content });
  return { digest: digestOf(content), config };
}

function appImage(binary: Buffer, revision: string, variant: Variant): OciImage {
  const content = variant === 'foreign' ? ofOtherMachine(binary) : binary;
  return ociImage([{ name: 'app', content, mode: 0o755 }], {
    Entrypoint: ['/app'],
    Env: [`REVISION=${revision}`],
    ...(variant === 'root' ? {} : { User: USER }),
  });
}

/** The same file, but for the field that tells the kernel which processor it is for. */
function ofOtherMachine(binary: Buffer): Buffer {
  const copy = Buffer.from(binary);
  copy.writeUInt16LE(process.arch === 'x64' ? AARCH64 : X86_64, E_MACHINE);
  return copy;
}

/** An index that offers the image for a platform that no node here has. */
function indexOf({ manifest }: OciImage): Buffer {
  const platform = { architecture: 's390x', os: 'linux' };
  const entry = { mediaType: MEDIA_TYPES.manifest, digest: digestOf(manifest), size: manifest.length, platform };
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [entry] }));
}
