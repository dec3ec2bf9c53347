// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from './cache.mjs';
import { makeOnce } from './claim.mjs';
import { runLines, tail } from './spawn.mjs';

/** @typedef {import('./progress.mjs').Progress} Progress */
/** @typedef {{ packages?: Record<string, { version?: string, integrity?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }> }} Lock */

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MODULES = join(ROOT, 'node_modules');
const NODE = join(MODULES, 'node', 'bin', 'node');
const STAMP = join(MODULES, '.hawser-lock');

/**
 * Makes node_modules what package-lock.json says, by `npm ci` when it is not.
 * @param {Progress} progress
 * @param {AbortSignal} signal
 */
export async function installModules(progress, signal) {
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const hash = createHash('sha256').update(lock).digest('hex');
  const ready = () => (isInstalled(lock, hash) ? true : undefined);
  if (ready()) return;
  const total = Object.keys(parse(lock).packages ?? {}).length - 1;
  const step = progress.step('npm packages', `npm ci, up to ${total} packages`);
  try {
    await makeOnce({
      claims: cacheDir('claims', `npm-${createHash('sha256').update(ROOT).digest('hex').slice(0, 12)}`),
      ready,
      signal,
      waiting: ({ text }) => step.update(text),
      make: async (status) => {
        await npmCi(signal, (text) => {
          step.update(text);
          status(text);
        });
        writeFileSync(STAMP, hash);
      },
    });
    step.done();
  } catch (error) {
    step.fail(error);
    throw error;
  }
}

/**
 * The Node.js 24 that the npm package `node` brings; its install script fetches it. This process's own Node will do when it
 * is new enough.
 * @returns {string}
 */
export function node24() {
  if (existsSync(NODE)) return NODE;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new Error(
    'Node.js 24 is not in node_modules: npm ran no install scripts (see `npm config get ignore-scripts`).\n' +
      'Let this one package run its own: npm rebuild node --ignore-scripts=false\n' +
      'Or run this command with Node.js 24 or newer.',
  );
}

/**
 * The stamp says so; or npm's own record does, after an `npm install` by hand.
 * @param {string} lock
 * @param {string} hash
 */
function isInstalled(lock, hash) {
  if (read(STAMP) === hash) return true;
  const record = read(join(MODULES, '.package-lock.json'));
  if (record === undefined || !sameModules(parse(lock), parse(record))) return false;
  writeFileSync(STAMP, hash);
  return true;
}

/**
 * Whether every package of the lock file is installed at its version. One that is optional (for another platform) may lack.
 * @param {Lock} lock package-lock.json
 * @param {Lock} record node_modules/.package-lock.json
 */
export function sameModules(lock, record) {
  return Object.entries(lock.packages ?? {}).every(([path, wanted]) => {
    if (!path.includes('node_modules/')) return true;
    const found = record.packages?.[path];
    if (found === undefined) return wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

/**
 * @param {AbortSignal} signal
 * @param {(text: string) => void} update
 */
async function npmCi(signal, update) {
  const cli = process.env['npm_execpath'] ?? '';
  const [command, first] = /npm-cli\.c?js$/.test(cli) ? [process.execPath, [cli]] : ['npm', []];
  let fetched = 0;
  const { code, output } = await runLines(command, [...first, 'ci', '--loglevel=http', '--no-progress'], {
    cwd: ROOT,
    signal,
    onLine: (line) => {
      const name = fetchedPackage(line);
      if (name !== undefined) update(`fetched ${(fetched += 1)} packages, ${name}`);
    },
  });
  if (code === 0) return;
  // The cause comes first, long advice after it.
  const lines = output.split('\n').filter((line) => line.startsWith('npm error'));
  throw new Error(`npm ci failed:\n${lines.slice(0, 8).join('\n') || tail(output)}`);
}

/**
 * The package that npm has just fetched, from a line of its log.
 * @param {string} line
 */
export function fetchedPackage(line) {
  const path = /^npm http fetch GET 200 \w+:\/\/[^/]+\/(\S+)/.exec(line)?.[1];
  return path?.endsWith('.tgz') ? /((?:@[^/]+\/)?[^/]+)\/-\//.exec(path)?.[1] : undefined;
}

/** @param {string} path */
function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/**
 * @param {string} text
 * @returns {Lock}
 */
function parse(text) {
  return JSON.parse(text);
}
