import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the real command in its own process, as a shell does, with nothing of this process' AWS settings. */
export async function hawser(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'hawser.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', USER: 'ana', ...env },
  });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { status, stdout, stderr };
}

/** The one value that `--json` prints; throws when stdout is anything else. */
export async function hawserJson(
  args: readonly string[],
  env?: Record<string, string>,
): Promise<{ status: number | null; value: unknown }> {
  const { status, stdout } = await hawser([...args, '--json'], env);
  return { status, value: JSON.parse(stdout) };
}
