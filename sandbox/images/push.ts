import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry } from '../registry/registry.ts';
import type { Image } from './build.ts';
import { buildah } from './buildah.ts';

export interface Pushed {
  /** `sha256:…` of the manifest in the registry. */
  digest: string;
  /** `host/repository@sha256:…` */
  ref: string;
}

/**
 * Pushes an image as CI does, with the registry's push account: `repository:tag` on the registry is the image's name in
 * the store without `localhost/`. Layers that the registry has are not sent again.
 */
export async function pushImage(image: Image, registry: Registry): Promise<Pushed> {
  const { workspace } = image;
  const scratch = mkdtempSync(join(workspace.dir, 'push-'));
  try {
    const target = `${registry.host}/${image.name.replace(/^localhost\//, '')}`;
    const authfile = join(scratch, 'auth.json');
    const { username, password } = registry.push;
    const auth = Buffer.from(`${username}:${password}`).toString('base64');
    writeFileSync(authfile, JSON.stringify({ auths: { [registry.host]: { auth } } }), { mode: 0o600 });
    const certificates = join(scratch, 'certificates');
    mkdirSync(certificates);
    writeFileSync(join(certificates, 'ca.crt'), registry.ca);
    const digestfile = join(scratch, 'digest');
    // The fastest compression: the registry is on this machine.
    const compression = ['--compression-format', 'gzip', '--compression-level', '1'];
    const access = ['--authfile', authfile, '--cert-dir', certificates, '--digestfile', digestfile];
    await buildah(workspace, ['push', '--quiet', ...compression, ...access, image.id, `docker://${target}`]);
    const digest = readFileSync(digestfile, 'utf8').trim();
    return { digest, ref: `${target.replace(/:[^:/]+$/, '')}@${digest}` };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
