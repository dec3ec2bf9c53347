import { readFileSync } from 'node:fs';

/** A pid alone may be reused; with its start time (clock ticks since boot) it names one process. */
export interface ProcessId {
  pid: number;
  startTime: string;
}

/** Identity of a running process, or undefined when it has gone. Field 22 of /proc/PID/stat, see proc(5). */
export function identify(pid: number): ProcessId | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTime] = [fields[0], fields[19]];
    if (startTime === undefined || state === 'Z' || state === 'X') return undefined;
    return { pid, startTime };
  } catch {
    return undefined;
  }
}

export function self(): ProcessId {
  const me = identify(process.pid);
  if (me === undefined) throw new Error('This sandbox needs Linux: /proc is not readable.');
  return me;
}

export function isAlive(id: ProcessId): boolean {
  return identify(id.pid)?.startTime === id.startTime;
}

/** How long a killed process may take: it frees its memory first, and a busy machine is in no hurry. */
const KILL_MS = 30_000;

/** SIGTERM, then SIGKILL after `graceMs`. Resolves when it has gone; false when it would not go. */
export async function terminate(id: ProcessId, graceMs = 2_000): Promise<boolean> {
  for (const [signal, wait] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', KILL_MS],
  ] as const) {
    if (!isAlive(id)) return true;
    sendSignal(id.pid, signal);
    const end = Date.now() + wait;
    while (isAlive(id) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return !isAlive(id);
}

/** One that has gone already is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
