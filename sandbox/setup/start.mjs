// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { debianPackages } from './debian.mjs';
import { kubernetesBinary } from './kubernetes.mjs';
import { ROOT, installModules, node24 } from './npm.mjs';
import { createProgress } from './progress.mjs';
import { ministackServer } from './python.mjs';

/** @typedef {import('./progress.mjs').Progress} Progress */

/** @type {NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Installs the npm packages when they are not what the lock file says, and hands over to main.ts on Node.js 24. What takes
 * longest and needs nothing from npm, such as the Kubernetes build, starts first and goes on meanwhile; main.ts waits for the
 * same things, and says what is wrong with them.
 * @param {string[]} args
 */
export async function start(args) {
  const progress = createProgress();
  const abort = new AbortController();
  for (const signal of SIGNALS) process.on(signal, () => abort.abort());
  const early = wantsTools(args) ? startEarly(args, progress, abort.signal) : Promise.resolve([]);
  try {
    await installModules(progress, abort.signal);
    const node = node24();
    progress.close();
    await handOver(node, args);
  } catch (error) {
    progress.close();
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
  abort.abort();
  await early;
}

/**
 * Whether the command needs the tools of the sandbox.
 * @param {string[]} args
 */
export function wantsTools([command, ...rest]) {
  if (rest.includes('--help') || rest.includes('-h')) return false;
  if (command === 'test') return rest.length === 0 || rest.includes('contract') || rest.includes('sandbox');
  if (command === 'sandbox') return (rest[0] ?? 'start') === 'start';
  return command === 'demo' || command === 'bench';
}

/**
 * @param {string[]} args
 * @param {Progress} progress
 * @param {AbortSignal} signal
 */
function startEarly(args, progress, signal) {
  const ownCluster = args.some((arg) => arg === '--kubeconfig' || arg.startsWith('--kubeconfig='));
  return Promise.allSettled([
    ...(ownCluster ? [] : [kubernetesBinary(progress, signal)]),
    debianPackages(progress),
    ministackServer(progress, signal),
  ]);
}

/**
 * Runs main.ts as if it had been called in the first place: same terminal, same signals, same exit code.
 * @param {string} node
 * @param {string[]} args
 */
async function handOver(node, args) {
  const path = [join(ROOT, 'node_modules', '.bin'), dirname(node), process.env['PATH'] ?? ''].join(delimiter);
  const child = spawn(node, [join(ROOT, 'sandbox', 'setup', 'main.ts'), ...args], {
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // The terminal sends Ctrl-C to the whole group: the child has it already.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  const [code, ended] = /** @type {[number | null, keyof typeof constants.signals | null]} */ (
    await once(child, 'close')
  );
  // As a shell does for a program that a signal ended.
  process.exitCode = ended === null ? (code ?? 1) : 128 + constants.signals[ended];
}
