import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run } from '../host/run.ts';
import { cacheDir } from '../setup/cache.mjs';

export interface Npm {
  /** The package's folder: bin/, lib/, node_modules/. */
  dir: string;
  version: string;
}

/**
 * The npm that the user runs. Some distributions spread its dependencies over the system, which cannot be copied into
 * an image; then the same version is installed once into the cache.
 */
export async function hostNpm(): Promise<Npm> {
  const found = locate();
  if (found !== undefined) return { dir: found, version: versionOf(found) };
  const version = (await run('npm', ['--version'])).stdout.trim();
  const prefix = cacheDir('npm', version);
  const dir = join(prefix, 'node_modules', 'npm');
  if (!existsSync(join(dir, 'package.json')))
    await run('npm', ['install', '--prefix', prefix, '--no-save', '--ignore-scripts', `npm@${version}`]);
  return { dir, version };
}

export interface NpmSettings {
  /** Folder of the cache. */
  cache: string;
  /** URL of the default registry. */
  registry: string;
  /** File of extra CA certificates, if npm is told of one. */
  cafile: string | undefined;
}

/** Settings of the host's npm that decide what its cache answers to, and where that cache is. */
export async function npmSettings(): Promise<NpmSettings> {
  const { stdout } = await run('npm', ['config', 'list', '--json', '--long']);
  const config = JSON.parse(stdout) as { cache: string; registry: string; cafile?: string | null };
  return {
    cache: config.cache,
    registry: config.registry,
    cafile: config.cafile ?? process.env['NODE_EXTRA_CA_CERTS'],
  };
}

function locate(): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const command = join(folder, 'npm');
    if (!existsSync(command)) continue;
    const dir = dirname(dirname(realpathSync(command)));
    return existsSync(join(dir, 'node_modules')) && existsSync(join(dir, 'bin', 'npm-cli.js')) ? dir : undefined;
  }
  return undefined;
}

function versionOf(dir: string): string {
  return (JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { version: string }).version;
}
