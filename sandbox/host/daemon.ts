import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isAlive, terminate, type ProcessId } from './process.ts';
import type { Workspace } from './workspace.ts';

export interface Daemon {
  readonly id: ProcessId;
  readonly log: string;
  alive(): boolean;
  stop(): Promise<void>;
}

export interface DaemonOptions {
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** Starts a long-lived process in a session of its own, its output in `<dir>/<name>.log`, written into the ledger. */
export function startDaemon(workspace: Workspace, options: DaemonOptions): Daemon {
  const log = join(workspace.dir, `${options.name}.log`);
  const out = openSync(log, 'a');
  const child = spawn(options.command, options.args, {
    cwd: options.cwd ?? workspace.dir,
    env: options.env ?? process.env,
    stdio: ['ignore', out, out],
    detached: true,
  });
  closeSync(out);
  child.on('error', () => undefined);
  const id = child.pid === undefined ? undefined : identify(child.pid);
  if (id === undefined) throw new Error(`Could not start ${options.name} (${options.command}). Its log: ${log}`);
  workspace.record({ kind: 'process', what: options.name, ...id });
  child.unref();
  return { id, log, alive: () => isAlive(id), stop: async () => void (await terminate(id)) };
}

/** Polls until `ready` is true; fails at once, with the log's tail, when the daemon dies. */
export async function waitUntil(
  what: string,
  ready: () => Promise<boolean>,
  options: { timeoutMs: number; daemon?: Daemon; everyMs?: number },
): Promise<void> {
  const end = Date.now() + options.timeoutMs;
  for (;;) {
    if (await ready().catch(() => false)) return;
    if (options.daemon && !options.daemon.alive())
      throw new Error(`${what} ended before it was ready.\n${tail(options.daemon.log)}`);
    if (Date.now() > end) {
      const log = options.daemon ? `\n${tail(options.daemon.log)}` : '';
      throw new Error(`${what} was not ready after ${options.timeoutMs / 1000} s.${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 50));
  }
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
}
