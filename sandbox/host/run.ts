import { spawn, type ChildProcess } from 'node:child_process';
import { sendSignal } from './process.ts';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string | Buffer;
  /** Milliseconds until SIGKILL; none when left out. */
  timeoutMs?: number;
  /** false: a non-zero exit is a result, not an error. Default true. */
  check?: boolean;
  /** Called with each piece of output as it comes, for progress. */
  onOutput?: (text: string) => void;
  signal?: AbortSignal;
  /** The end by `timeoutMs` or `signal` is for everything that the program started, too. Default: for itself. */
  wholeGroup?: boolean;
}

export interface RunResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, without a shell. Throws with the command and its last output lines unless `check` is false. */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const ending = options.wholeGroup
      ? { detached: true }
      : { timeout: options.timeoutMs, signal: options.signal, killSignal: 'SIGKILL' as const };
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...ending,
    });
    if (options.wholeGroup) endGroup(child, options);
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.onOutput?.(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      options.onOutput?.(text);
    });
    if (options.input !== undefined) child.stdin?.end(options.input);
    child.on('error', (error) => reject(new Error(`Could not run ${command}: ${error.message}`, { cause: error })));
    child.on('close', (code) => {
      if (code === 0 || options.check === false) return resolve({ code, stdout, stderr });
      const tail = (stderr.trim() || stdout.trim()).split('\n').slice(-15).join('\n');
      reject(new Error(`${[command, ...args].join(' ')} ended with ${code ?? 'a signal'}:\n${tail}`));
    });
  });
}

/** Kills the process group that the child leads, when the time is over or the signal says so. */
function endGroup(child: ChildProcess, { timeoutMs, signal }: RunOptions): void {
  const { pid } = child;
  if (pid === undefined) return;
  const kill = (): void => sendSignal(-pid, 'SIGKILL');
  const timer = timeoutMs === undefined ? undefined : setTimeout(kill, timeoutMs);
  if (signal?.aborted) kill();
  signal?.addEventListener('abort', kill, { once: true });
  child.on('close', () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  });
}
