import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from './host/daemon.ts';
import { isAlive, sendSignal } from './host/process.ts';
import { leftSandboxes, runningSandboxes, sweep, type RunningSandbox } from './host/workspace.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
import { createProgress, type Progress } from './setup/progress.mjs';
import { prepareAll } from './setup/prepare.ts';
import { readCard, whereabouts } from './whereabouts.ts';

const REPO = join(import.meta.dirname, '..');

const USAGE = `Usage:
  npm run sandbox                       start it; Ctrl-C stops it and leaves nothing behind
  npm run sandbox -- --kubeconfig FILE  start it with a cluster of your own
  npm run sandbox -- status [--json]    what runs, and what dead ones left behind
  npm run sandbox -- stop [SLOT]        stop one, or all of them
  npm run sandbox -- clean              clean up after dead ones`;

/** How long a sandbox may take to stop: the instance, the functions and the emulator one after the other. */
const STOP_MS = 90_000;

/** Where the lines go. */
export interface Terminal {
  say(line: string): void;
  complain(line: string): void;
}

const terminal: Terminal = {
  say: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
};

/** What `npm run sandbox` does with its arguments. Returns the exit code: 0 done, 1 failed, 2 bad input, 130 interrupted. */
export async function sandboxCommand(args: string[], to: Terminal = terminal): Promise<number> {
  const request = parse(args);
  if (typeof request === 'string') {
    to.complain(`${request}\n\n${USAGE}`);
    return 2;
  }
  switch (request.verb) {
    case 'start':
      return start(to, request.kubeconfig);
    case 'stop':
      return stop(to, request.slot);
    case 'status':
      return status(to, request.json);
    case 'clean':
      return clean(to);
  }
}

type Request =
  | { verb: 'start'; kubeconfig?: string }
  | { verb: 'stop'; slot?: number }
  | { verb: 'status'; json: boolean }
  | { verb: 'clean' };

/** A sentence when the arguments are none of the usage. */
function parse(args: string[]): Request | string {
  const [verb = 'start', ...rest] = args[0]?.startsWith('-') ? ['start', ...args] : args;
  const [option, value] = rest[0]?.startsWith('--kubeconfig=') ? rest[0].split(/=(.*)/s) : rest;
  const used = option === rest[0] ? rest.length : rest.length + 1;
  if (verb === 'start' && rest.length === 0) return { verb };
  if (verb === 'start' && option === '--kubeconfig' && value && used === 2) return { verb, kubeconfig: value };
  if (verb === 'stop' && rest.length === 0) return { verb };
  if (verb === 'stop' && rest.length === 1 && /^\d+$/.test(rest[0] ?? '')) return { verb, slot: Number(rest[0]) };
  if (verb === 'status' && (rest.length === 0 || (rest.length === 1 && option === '--json')))
    return { verb, json: rest.length === 1 };
  if (verb === 'clean' && rest.length === 0) return { verb };
  return `Not a command of the sandbox: ${args.join(' ')}`;
}

async function start({ say }: Terminal, kubeconfigFile?: string): Promise<number> {
  const progress = createProgress();
  const interrupted = new AbortController();
  // The first signal stops everything in order; the second ends at once, and the next start cleans up.
  const interrupt = (): void => {
    if (interrupted.signal.aborted) process.exit(130);
    progress.log('Stopping. Once more ends it at once; the next start then cleans up.');
    interrupted.abort(new Error('Interrupted.'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  let sandbox: Sandbox | undefined;
  try {
    const { signal } = interrupted;
    const kubeconfig = kubeconfigFile === undefined ? undefined : readFileSync(kubeconfigFile, 'utf8');
    const preparation = prepareAll({ progress, signal, kubernetes: kubeconfig === undefined });
    const options: SandboxOptions = { repo: REPO, preparation, progress, signal };
    sandbox = await startSandbox(kubeconfig === undefined ? options : { ...options, kubeconfig });
    say(whereabouts(sandbox));
    await aborted(signal);
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    progress.log(`The sandbox did not start: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await stopHere(sandbox, progress);
  }
}

async function stopHere(sandbox: Sandbox | undefined, progress: Progress): Promise<void> {
  const step = sandbox && progress.step('Stop', 'instance, AWS, registry');
  await sandbox?.stop();
  step?.done('nothing left behind');
  progress.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // A promise alone keeps no process alive.
    const alive = setInterval(() => undefined, 60_000);
    const end = (): void => {
      clearInterval(alive);
      resolve();
    };
    if (signal.aborted) return end();
    signal.addEventListener('abort', end, { once: true });
  });
}

/** Asks the owners to stop, waits for them, and cleans up after those that could not do it themselves. */
async function stop(to: Terminal, slot?: number): Promise<number> {
  const chosen = runningSandboxes().filter((one) => slot === undefined || one.slot === slot);
  if (chosen.length === 0) {
    to.say(slot === undefined ? 'No sandbox is running.' : `No sandbox is running in slot ${slot}.`);
    return slot === undefined ? clean(to) : 1;
  }
  for (const { owner } of chosen) sendSignal(owner.pid, 'SIGTERM');
  const ended = await Promise.all(chosen.map(hasEnded));
  for (const [index, one] of chosen.entries()) {
    const after = `does not stop. End it with: kill -9 ${one.owner.pid}; npm run sandbox -- clean`;
    to.say(`Sandbox ${one.slot} (process ${one.owner.pid}) ${ended[index] === true ? 'stopped.' : after}`);
  }
  const cleaned = await clean(to);
  return ended.includes(false) ? 1 : cleaned;
}

async function hasEnded({ owner }: RunningSandbox): Promise<boolean> {
  const gone = waitUntil('The sandbox', async () => !isAlive(owner), { timeoutMs: STOP_MS });
  return gone.then(
    () => true,
    () => false,
  );
}

function status({ say }: Terminal, json: boolean): number {
  const running = runningSandboxes().map(({ slot, dir, owner }) => {
    const card = readCard(dir);
    return { slot, state: card === undefined ? 'starting' : 'running', dir, pid: owner.pid, ...card };
  });
  const left = leftSandboxes().map((one) => ({ ...one, state: 'left' }));
  if (json) {
    say(JSON.stringify([...running, ...left]));
    return 0;
  }
  for (const one of running) {
    const where =
      'endpoint' in one ? `AWS at ${one.endpoint}, GitHub at ${one.github}, mode ${one.mode}` : 'not ready yet';
    say(`Sandbox ${one.slot}: ${one.state}, process ${one.pid}, ${where}, folder ${one.dir}`);
  }
  for (const one of left) say(`Sandbox ${one.slot}: its process died; npm run sandbox -- clean removes ${one.dir}`);
  if (running.length + left.length === 0) say('No sandbox is running.');
  return 0;
}

async function clean({ complain }: Terminal): Promise<number> {
  const left = await sweep();
  for (const problem of left) complain(`Could not clean up: ${problem}`);
  return left.length === 0 ? 0 : 1;
}
