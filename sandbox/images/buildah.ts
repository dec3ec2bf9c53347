import { join } from 'node:path';
import { run, type RunOptions, type RunResult } from '../host/run.ts';
import type { Workspace } from '../host/workspace.ts';
import { cacheDir } from '../setup/cache.mjs';

/**
 * How the store keeps layers. `overlay` mounts them while a build runs (0.2 s per step, measured); where the kernel does
 * not allow that, as inside most containers, `vfs` copies them (5 s per step). buildah unmounts what it mounted.
 */
type Driver = 'overlay' | 'vfs';
/** Each step of each build is an image; a revision adds about five. */
const MOST_IMAGES = 200;
const drivers = new Map<string, Promise<Driver>>();

/**
 * Runs buildah on this sandbox's own store. The store is kept between runs, so that layers are built once; it belongs to
 * the slot, so that no two processes share it.
 */
export async function buildah(workspace: Workspace, args: string[], options: RunOptions = {}): Promise<RunResult> {
  const home = cacheDir('images', String(workspace.slot));
  const driver = drivers.get(home) ?? openStore(home);
  drivers.set(home, driver);
  return run('buildah', [...storeFlags(home, await driver), ...args], {
    ...options,
    env: { ...(options.env ?? process.env), TMPDIR: workspace.dir },
  });
}

/** The image's id, or undefined when the store has no image of this name. */
export async function imageId(workspace: Workspace, name: string): Promise<string | undefined> {
  const found = await buildah(workspace, ['images', '--quiet', '--no-trunc', name], { check: false });
  const id = found.stdout.trim().replace(/^sha256:/, '');
  return found.code === 0 && id !== '' ? id : undefined;
}

/**
 * Chooses the driver (buildah itself tries it on the folder's file system before it does anything), and cleans up once per
 * process: working containers of a build that was killed, which nobody else can be using, and everything when the store
 * has grown large.
 */
async function openStore(home: string): Promise<Driver> {
  const tried = await run('buildah', [...storeFlags(home, 'overlay'), 'images', '--quiet'], { check: false });
  const driver: Driver = tried.code === 0 ? 'overlay' : 'vfs';
  const flags = storeFlags(home, driver);
  const count = async (what: string[]): Promise<number> =>
    (await run('buildah', [...flags, ...what, '--quiet'])).stdout.split('\n').filter((line) => line !== '').length;
  if ((await count(['containers'])) > 0) await run('buildah', [...flags, 'rm', '--all']);
  if ((await count(['images', '--all'])) > MOST_IMAGES) await run('buildah', [...flags, 'rmi', '--all', '--force']);
  return driver;
}

function storeFlags(home: string, driver: Driver): string[] {
  const store = join(home, driver);
  return ['--root', join(store, 'root'), '--runroot', join(store, 'run'), '--storage-driver', driver];
}
