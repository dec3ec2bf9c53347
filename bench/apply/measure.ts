import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Measured {
  /** From the start of the process to its end. */
  ms: number;
  /** The most memory that the process and its children held at once, in MB: the sum of their resident peaks. */
  peakMb: number;
  stdout: string;
}

/** How often memory is read: seldom, as it costs time. A peak that lasts shorter is still in the kernel's own high-water mark. */
const POLL_MS = 20;

/** Runs a program to its end and measures it. Throws with its last lines when it ends with another code than `codes`. */
export function measure(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  codes: readonly (number | null)[] = [0],
): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const peaks = new Map<number, number>();
    const poll = setInterval(() => readPeaks(child.pid, peaks), POLL_MS);
    let [stdout, output] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => ((stdout += text), (output += text)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(poll);
      const ms = performance.now() - began;
      if (!codes.includes(code))
        return reject(
          new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output.split('\n').slice(-15).join('\n')}`),
        );
      const peakMb = [...peaks.values()].reduce((sum, kb) => sum + kb, 0) / 1024;
      resolve({ ms, peakMb, stdout });
    });
  });
}

function readPeaks(root: number | undefined, peaks: Map<number, number>): void {
  if (root === undefined) return;
  for (const pid of [root, ...childrenOf(root)]) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const kb = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
      peaks.set(pid, Math.max(peaks.get(pid) ?? 0, kb));
    } catch {
      // It has just ended.
    }
  }
}

function childrenOf(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
