// @ts-check
import { spawn } from 'node:child_process';

/**
 * @typedef {object} SpawnOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(line: string) => void} [onLine] each line of output as it comes, for progress
 * @property {AbortSignal | undefined} [signal] interrupts the program and all that it started
 */

/**
 * Runs a program to its end, without a shell. It has a session of its own, so that Ctrl-C does not reach it: only `signal` ends
 * it early. A program that cannot be started ends with code 127, as in a shell.
 * @param {string} command
 * @param {string[]} args
 * @param {SpawnOptions} [options]
 * @returns {Promise<{ code: number, output: string }>} output: stdout and stderr as they came
 */
export function runLines(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const interrupt = () => interruptGroup(child.pid);
    options.signal?.addEventListener('abort', interrupt);
    if (options.signal?.aborted) interrupt();
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output += text;
        const lines = (rest + text).split(/\r?\n|\r/);
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.trim() !== '') options.onLine?.(line);
      });
    }
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: 127, output: error.message });
    });
    child.on('close', (code) => {
      options.signal?.removeEventListener('abort', interrupt);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** @param {number | undefined} leader pid of the group's first process */
function interruptGroup(leader) {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGINT');
  } catch {
    // It has ended.
  }
}

/**
 * The end of a program's output, for an error message.
 * @param {string} output
 * @param {number} [lines]
 */
export function tail(output, lines = 15) {
  return output.trimEnd().split('\n').slice(-lines).join('\n');
}
