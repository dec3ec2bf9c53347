import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon, waitUntil, type Daemon } from '../host/daemon.ts';
import { freePort } from '../host/port.ts';
import { identify, terminate, type ProcessId } from '../host/process.ts';
import type { Workspace } from '../host/workspace.ts';

export interface MinistackOptions {
  /** The `ministack` executable of a venv. */
  bin: string;
  /** Folder with the `node` binary that the functions run on. */
  nodeDir: string;
  /** Added to ministack's own environment; each Lambda process inherits it (a function's own variables win). */
  env: Record<string, string>;
}

export interface Ministack {
  /** `http://127.0.0.1:PORT`, all services but the front's. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts ministack on a free port of 127.0.0.1. All that it writes (its pid file and the unpacked functions in TMPDIR, its
 * log) is below the workspace's folder. Fails with the log's tail when it does not answer within two minutes.
 */
export async function startMinistack(workspace: Workspace, options: MinistackOptions): Promise<Ministack> {
  const root = join(workspace.dir, 'ministack');
  const [bin, tmp] = [join(root, 'bin'), join(root, 'tmp')];
  mkdirSync(tmp, { recursive: true });
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'node'), lambdaNode(join(options.nodeDir, 'node'), join(workspace.dir, 'ledger.jsonl')), {
    mode: 0o755,
  });

  const port = await freePort();
  const daemon = startDaemon(workspace, {
    name: 'ministack',
    command: options.bin,
    args: [],
    cwd: root,
    env: {
      PATH: `${bin}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
      HOME: root,
      TMPDIR: tmp,
      STATE_DIR: join(root, 'state'),
      S3_DATA_DIR: join(root, 's3'),
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_REGION: 'us-east-1',
      LOG_LEVEL: 'INFO',
      LAMBDA_EXECUTOR: 'local',
      ...options.env,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntil('ministack', async () => (await fetch(`${url}/_ministack/health`)).ok, {
    timeoutMs: 120_000,
    daemon,
  });
  return { url, stop: () => stop(daemon, root) };
}

/**
 * The `node` that ministack finds first on PATH. ministack does not end its Lambda processes when it is killed, so each one
 * first writes itself into the ledger (exec keeps pid and start time, field 22 of /proc/PID/stat), and ends by itself as
 * soon as the pipe from ministack closes. The ledger remains for a function whose event loop is blocked.
 */
function lambdaNode(node: string, ledger: string): string {
  const endWithParent = 'data:text/javascript,process.stdin.once("end",()=>process.exit())';
  return `#!/bin/sh
start=$(cut -d ' ' -f 22 /proc/$$/stat)
echo '{"kind":"process","what":"lambda","pid":'$$',"startTime":"'$start'"}' >> '${ledger}'
exec '${node}' --import '${endWithParent}' "$@"
`;
}

/** Ends ministack, then the Lambda processes it had. */
async function stop(daemon: Daemon, root: string): Promise<void> {
  const lambdas = childrenOf(daemon.id.pid);
  await daemon.stop();
  await Promise.all(lambdas.map((lambda) => terminate(lambda)));
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

function childrenOf(pid: number): ProcessId[] {
  return childPids(pid).flatMap((child) => identify(child) ?? []);
}

/** A thread's children are listed under that thread, see proc(5). */
function childPids(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
