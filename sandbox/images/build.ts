import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Workspace } from '../host/workspace.ts';
import { baseImage } from './base.ts';
import { buildah } from './buildah.ts';
import { copyContext, type Patch } from './context.ts';
import { writeBuildArgs } from './dockerfile.ts';
import { addTarballUrls } from './lockfile.ts';
import { npmSettings, type NpmSettings } from './npm.ts';

export interface Image {
  /** Image id: the SHA-256 of its configuration, 64 hex digits. */
  readonly id: string;
  /** Name in the sandbox's store. */
  readonly name: string;
  readonly workspace: Workspace;
}

export interface BuildOptions {
  workspace: Workspace;
  /** Folder that the Dockerfile's COPY lines read from. */
  context: string;
  /** Path of the Dockerfile, within the context unless absolute. */
  dockerfile: string;
  /** ARG values; BUILD_BASE and RUNTIME_BASE are the local base image unless given. */
  buildArgs: Record<string, string>;
  /** A change to make in a copy of the context. */
  patch?: Patch;
  /** Name of the image in the store: `repository:tag` without a registry. */
  tag: string;
  /** Gets the output as it comes, for progress. */
  onOutput?: (text: string) => void;
}

/**
 * Builds a Dockerfile as it is, with what it would download taken from this machine: the base image is local, and `npm ci`
 * reads the host's npm cache. Steps whose inputs did not change come from the store. Throws with the build's last lines.
 */
export async function buildImage(options: BuildOptions): Promise<Image> {
  const { workspace } = options;
  const base = await baseImage(workspace);
  const npm = await npmSettings();
  const name = `localhost/${options.tag}`;
  const scratch = mkdtempSync(join(workspace.dir, 'build-'));
  try {
    const context = join(scratch, 'context');
    copyContext(options.context, context, options.patch);
    const lockfile = join(context, 'package-lock.json');
    if (existsSync(lockfile)) writeFileSync(lockfile, addTarballUrls(readFileSync(lockfile, 'utf8'), npm.registry));
    const buildArgs = { BUILD_BASE: base, RUNTIME_BASE: base, ...options.buildArgs };
    const [dockerfile, iidfile] = [join(scratch, 'Dockerfile'), join(scratch, 'iid')];
    const source = resolve(options.context, options.dockerfile);
    writeFileSync(dockerfile, writeBuildArgs(readFileSync(source, 'utf8'), buildArgs));
    const names = ['--tag', name, '--iidfile', iidfile, '--file', dockerfile];
    const values = Object.entries(buildArgs).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
    const how = [
      '--isolation',
      'chroot',
      '--layers',
      '--force-rm',
      '--pull=never',
      '--format',
      'oci',
      ...npmVolumes(scratch, npm),
    ];
    const args = ['bud', ...how, ...names, ...values, context];
    await buildah(workspace, args, options.onOutput === undefined ? {} : { onOutput: options.onOutput });
    return {
      id: readFileSync(iidfile, 'utf8')
        .trim()
        .replace(/^sha256:/, ''),
      name,
      workspace,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * npm looks entries of its cache up by the registry's URL, so the build needs the host's registry setting beside its cache.
 * Both are mounted, at the places where npm looks by itself (root's home and the global npmrc): neither gets into a layer.
 */
function npmVolumes(scratch: string, npm: NpmSettings): string[] {
  const certificates = '/usr/local/etc/npm-ca.crt';
  const lines = [`registry=${npm.registry}`, ...(npm.cafile === undefined ? [] : [`cafile=${certificates}`])];
  const npmrc = join(scratch, 'npmrc');
  writeFileSync(npmrc, lines.join('\n') + '\n');
  const mounts = [`${npmrc}:/usr/local/etc/npmrc:ro`];
  if (existsSync(npm.cache)) mounts.push(`${npm.cache}:/root/.npm`);
  if (npm.cafile !== undefined) mounts.push(`${npm.cafile}:${certificates}:ro`);
  return mounts.flatMap((mount) => ['--volume', mount]);
}
