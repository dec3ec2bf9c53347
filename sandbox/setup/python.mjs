// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from './cache.mjs';
import { makeOnce } from './claim.mjs';
import { installPackages } from './debian.mjs';
import { older, onPath } from './go.mjs';
import { runLines, tail } from './spawn.mjs';

/** @typedef {import('./progress.mjs').Progress} Progress */

const OLDEST_PYTHON = '3.11';

/**
 * ministack, the emulated AWS, in a venv of the cache.
 * @param {Progress} progress
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} path of the executable
 */
export function ministackServer(progress, signal) {
  return venvCommand('ministack', 'requirements.txt', 'ministack', progress, signal);
}

/**
 * moto, a second emulation of EC2 that only tests compare with, in a venv of its own: it is large.
 * @param {Progress} progress
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} path of the executable
 */
export function motoServer(progress, signal) {
  return venvCommand('moto', 'requirements-moto.txt', 'moto_server', progress, signal);
}

/**
 * semgrep, the scanner for weaknesses in code.
 * @param {Progress} progress
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} path of the executable; it starts others of its folder, which must be on the PATH
 */
export function semgrepCommand(progress, signal) {
  return venvCommand('semgrep', 'requirements-semgrep.txt', 'semgrep', progress, signal);
}

/**
 * zizmor, which checks workflows, with shellcheck beside it.
 * @param {Progress} progress
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} path of the executable
 */
export function zizmorCommand(progress, signal) {
  return venvCommand('zizmor', 'requirements-workflows.txt', 'zizmor', progress, signal);
}

/**
 * A venv with exactly the pinned packages, kept by their list. It is made in its place, since its scripts name it by its full
 * path; the stamp that is written last says that it is whole, and for which Python.
 * @param {string} name
 * @param {string} requirements
 * @param {string} command
 * @param {Progress} progress
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<string>}
 */
async function venvCommand(name, requirements, command, progress, signal) {
  const list = fileURLToPath(new URL(requirements, import.meta.url));
  const key = createHash('sha256').update(readFileSync(list)).digest('hex').slice(0, 12);
  const venv = join(cacheDir('python'), `${name}-${key}`);
  const [stamp, binary] = [join(venv, 'complete'), join(venv, 'bin', command)];
  const ready = () => (isWhole(venv, stamp) && existsSync(binary) ? binary : undefined);
  const there = ready();
  if (there !== undefined) return there;

  /** @type {import('./progress.mjs').Step | undefined} */
  let step;
  try {
    const made = await makeOnce({
      claims: cacheDir('claims', `python-${name}-${key}`),
      ready,
      signal,
      waiting: ({ since, text }) => {
        step ??= progress.step(`${name} (Python)`, text, { since });
        step.update(text);
      },
      make: async (status) => {
        const python = await findPython(name, progress);
        step ??= progress.step(`${name} (Python)`, 'a new venv');
        const update = (/** @type {string} */ text) => {
          step?.update(text);
          status(text);
        };
        await makeVenv(python, venv, list, update, signal);
        writeFileSync(stamp, realpathSync(join(venv, 'bin', 'python')));
      },
    });
    step?.done();
    return made;
  } catch (error) {
    step?.fail(error);
    throw error;
  }
}

/**
 * A venv dies with the Python that made it.
 * @param {string} venv
 * @param {string} stamp
 */
function isWhole(venv, stamp) {
  try {
    return readFileSync(stamp, 'utf8') === realpathSync(join(venv, 'bin', 'python'));
  } catch {
    return false;
  }
}

/** @param {string} name what is for Python @param {Progress} progress */
async function findPython(name, progress) {
  const python = onPath('python3');
  if (python === undefined)
    throw new Error(`${name} needs Python ${OLDEST_PYTHON} or newer: install python3 (with venv).`);
  const version = (await runLines(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])).output.trim();
  if (older(version, OLDEST_PYTHON))
    throw new Error(`${name} needs Python ${OLDEST_PYTHON} or newer; ${python} is ${version}.`);
  if (await canMakeVenvs(python)) return python;
  const clear = new Error(
    `${python} cannot make a venv: install its venv module (on Debian and Ubuntu: apt-get install python3-venv).`,
  );
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined || !python.startsWith('/usr/bin/')) throw clear;
  // Debian's python3 comes without it.
  const missing = async () => ((await canMakeVenvs(python)) ? [] : ['python3-venv']);
  await installPackages('Python venv', missing, progress);
  return python;
}

/** @param {string} python */
async function canMakeVenvs(python) {
  return (await runLines(python, ['-c', 'import ensurepip, venv'])).code === 0;
}

/**
 * @param {string} python
 * @param {string} venv
 * @param {string} list
 * @param {(text: string) => void} update
 * @param {AbortSignal | undefined} signal
 */
async function makeVenv(python, venv, list, update, signal) {
  rmSync(venv, { recursive: true, force: true });
  const created = await runLines(python, ['-m', 'venv', venv], { signal });
  if (created.code !== 0) throw new Error(`python3 -m venv failed:\n${tail(created.output)}`);
  const options = ['--no-deps', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off'];
  const installed = await runLines(join(venv, 'bin', 'python'), ['-m', 'pip', 'install', ...options, '-r', list], {
    signal,
    onLine: (line) => {
      const text = pipStatus(line);
      if (text !== undefined) update(text);
    },
  });
  if (installed.code !== 0) throw new Error(`pip install failed:\n${tail(installed.output)}`);
}

/**
 * What pip does now, from one line of its output.
 * @param {string} line
 */
export function pipStatus(line) {
  const collect = /^Collecting ([\w.[\]-]+)/.exec(line);
  if (collect) return `collecting ${collect[1]}`;
  const download = /^ +Downloading (\S+)(?: \(([^)]+)\))?/.exec(line);
  if (download) return `downloading ${download[1]?.split('/').pop()}${download[2] ? ` (${download[2]})` : ''}`;
  return line.startsWith('Installing collected packages') ? 'unpacking the packages' : undefined;
}
