// @ts-check
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, homedir, totalmem } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { cacheDir, cachePath } from './cache.mjs';
import { makeOnce } from './claim.mjs';
import { runLines, tail } from './spawn.mjs';

/** @typedef {import('./progress.mjs').Progress} Progress */

/**
 * @typedef {object} GoBuild
 * @property {string} name what the user reads
 * @property {string} tool folder in the cache
 * @property {string} version
 * @property {string} moduleDir folder with go.mod
 * @property {string[]} sources files of moduleDir that decide what comes out
 * @property {string} pkg the package to build
 * @property {string} ldflags
 * @property {Record<string, string>} [env] for the compiler, such as GOEXPERIMENT
 * @property {string} hint how long it takes
 * @property {string} missing what to do when there is no Go
 */

/**
 * A Go program built from modules, kept in the cache by version, sources and architecture. Processes that ask for it at the
 * same time share one build. Fails with one sentence when Go is missing or too old, and with Go's last lines when it fails.
 * @param {GoBuild} build
 * @param {Progress} progress
 * @param {AbortSignal} [signal] ends a build of this process
 * @returns {Promise<string>} the path of the binary
 */
export async function goBinary(build, progress, signal) {
  const key = `${build.version}-${hashOf(build)}-${process.arch}`;
  const binary = cachePath(build.tool, key, build.tool);
  const ready = () => (existsSync(binary) ? binary : undefined);
  const there = ready();
  if (there !== undefined) return there;

  /** @type {import('./progress.mjs').Step | undefined} */
  let step;
  try {
    const made = await makeOnce({
      claims: cacheDir('claims', `${build.tool}-${key}`),
      ready,
      signal,
      waiting: ({ since, text }) => {
        step ??= progress.step(build.name, build.hint, { since });
        step.update(text || build.hint);
      },
      make: async (status) => {
        const go = await findGo(build);
        step ??= progress.step(build.name, build.hint);
        step.update(build.hint);
        await compile(go, build, binary, signal, (text) => {
          step?.update(text);
          status(text);
        });
      },
    });
    step?.done();
    return made;
  } catch (error) {
    step?.fail(error);
    throw error;
  }
}

/** @param {GoBuild} build */
function hashOf(build) {
  const hash = createHash('sha256').update(build.ldflags);
  if (build.env !== undefined) hash.update(JSON.stringify(build.env));
  for (const file of build.sources) hash.update(readFileSync(join(build.moduleDir, file)));
  return hash.digest('hex').slice(0, 12);
}

/**
 * @param {string} go
 * @param {GoBuild} build
 * @param {string} binary
 * @param {AbortSignal | undefined} signal
 * @param {(text: string) => void} update
 */
async function compile(go, build, binary, signal, update) {
  const [home, kept] = [dirname(dirname(binary)), basename(dirname(binary))];
  mkdirSync(home, { recursive: true });
  // What a build that was killed left behind.
  for (const name of readdirSync(home)) if (name.startsWith(`${kept}.`)) rmSync(join(home, name), { recursive: true });
  const fresh = join(home, `${kept}.${process.pid}`);
  mkdirSync(fresh);
  const [started, seen] = [Date.now(), { downloads: 0, packages: 0, at: 0 }];
  const args = ['build', '-v', '-mod=readonly', '-trimpath', '-buildvcs=false', '-ldflags', build.ldflags];
  try {
    const { code, output } = await runLines(go, [...args, '-o', join(fresh, build.tool), build.pkg], {
      cwd: build.moduleDir,
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off', ...compilerMemory(), ...build.env },
      signal,
      onLine: (line) => {
        const download = line.startsWith('go: downloading ');
        seen[download ? 'downloads' : 'packages'] += 1;
        if (Date.now() - seen.at < 200) return;
        seen.at = Date.now();
        update(
          download ? `downloading module ${line.split(' ')[2]} (${seen.downloads})` : compiling(seen.packages, line),
        );
      },
    });
    if (code !== 0)
      throw new Error(
        `${build.name}: go build failed after ${Math.round((Date.now() - started) / 1000)} s.\n${tail(output)}`,
      );
    rmSync(dirname(binary), { recursive: true, force: true });
    renameSync(fresh, dirname(binary));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** @param {number} count @param {string} name */
function compiling(count, name) {
  return `${count} packages compiled, ${name}`;
}

/**
 * The `go` command, new enough for the module. An older Go that may fetch its own toolchain (GOTOOLCHAIN is not "local") is left to do so.
 * @param {GoBuild} build
 */
async function findGo(build) {
  const go = onPath('go', ['/usr/local/go/bin', '/usr/lib/go/bin', join(homedir(), 'go', 'bin')]);
  if (go === undefined)
    throw new Error(`${build.name} is built from source, and Go is not installed. ${build.missing}`);
  const wanted = /^go (\S+)$/m.exec(readFileSync(join(build.moduleDir, 'go.mod'), 'utf8'))?.[1] ?? '';
  const { output } = await runLines(go, ['env', 'GOTOOLCHAIN', 'GOVERSION'], { cwd: '/' });
  const [toolchain = '', version = ''] = output.trim().split('\n');
  const fetches = toolchain !== '' && toolchain !== 'local';
  if (!fetches && older(version.replace(/^go/, ''), wanted))
    throw new Error(
      `${build.name} needs Go ${wanted} or newer; ${go} is ${version || 'of an unknown version'}. ${build.missing}`,
    );
  return go;
}

/**
 * Whether version a (1.22.3) comes before b.
 * @param {string} a
 * @param {string} b
 */
export function older(a, b) {
  const [x, y] = [a, b].map((version) => version.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (const [index, want] of (y ?? []).entries()) {
    const have = x?.[index] ?? 0;
    if (have !== want) return have < want;
  }
  return false;
}

/**
 * The first executable of that name on the PATH, or in the further folders.
 * @param {string} name
 * @param {string[]} [further]
 */
export function onPath(name, further = []) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...further];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(executable);
}

/** @param {string} path */
function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The compiler spends a quarter of its time on collecting garbage; where there is memory for it, it need not. Measured on
 * client-go: 28 % less CPU with 60 % more memory for each of the compilers, of which as many run as there are cores.
 */
function compilerMemory() {
  const gigabytes = totalmem() / 2 ** 30 / availableParallelism();
  return process.env['GOGC'] === undefined && gigabytes >= 2 ? { GOGC: '400' } : {};
}
