import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command } from '../command.ts';

const bootstrap = fileURLToPath(new URL('../../sandbox/setup/bootstrap.mjs', import.meta.url));

/** The whole flow in the sandbox on this machine, as `npm run demo` shows it. */
export const demoCommand: Command = {
  name: 'demo',
  summary: 'Show the whole flow on this machine: push, deploy, failure, drift. Needs no account.',
  positionals: [],
  options: {
    keep: { help: 'leave it running at the end' },
    kubeconfig: { value: 'FILE', help: 'use a cluster of your own instead of the node that it builds' },
  },
  run: async ({ options: { kubeconfig }, flags }) => {
    const args = [
      ...(flags.has('keep') ? ['--keep'] : []),
      ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ];
    // With --json the one value has stdout to itself.
    const stdout = flags.has('json') ? 2 : 'inherit';
    const child = spawn(process.execPath, [bootstrap, 'demo', ...args], { stdio: ['inherit', stdout, 'inherit'] });
    const [code] = (await once(child, 'exit')) as [number | null];
    const exit = code === 0 ? 0 : code === 2 ? 2 : 1;
    return { json: { ok: exit === 0 }, text: '', exit };
  },
};
