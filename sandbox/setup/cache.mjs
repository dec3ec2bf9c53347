// @ts-check
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * A place in the user's cache folder, which holds built binaries, venvs and images, and which is kept between runs:
 * `$HAWSER_CACHE`, or else `hawser` in `$XDG_CACHE_HOME` or `~/.cache`. Makes nothing.
 * @param {string[]} parts
 * @returns {string}
 */
export function cachePath(...parts) {
  const root =
    process.env['HAWSER_CACHE'] || join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'hawser');
  return join(root, ...parts);
}

/**
 * The same place, made when it is not there yet.
 * @param {string[]} parts
 * @returns {string}
 */
export function cacheDir(...parts) {
  const dir = cachePath(...parts);
  mkdirSync(dir, { recursive: true });
  return dir;
}
