#!/usr/bin/env node
// Runs cli/main.ts with the Node.js that this checkout brings along (24), whichever one started this file (20 or newer).
import { accessSync, constants as files } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const node = at('../node_modules/node/bin/node');

try {
  accessSync(node, files.X_OK);
} catch {
  process.stderr.write('hawser: its packages are not installed. Run in the checkout: npm ci\n');
  process.exit(1);
}

// In MB. What is made is soon garbage, or stays. V8 would take much more room for what is new, and hold 200 MB more of a long report.
const args = ['--max-semi-space-size=4', at('./main.ts'), ...process.argv.slice(2)];
// The cache spares each later start most of the compiling.
const env = { NODE_COMPILE_CACHE: at('../node_modules/.cache/hawser'), ...process.env };

// In the place of this process, where Node.js can do that (from 22.15 on, not on Windows): one process to hold, to signal and to wait for.
// What it cannot start, such as the program of another machine's `npm ci`, it ends with, and says so.
if (process.platform !== 'win32') process.execve?.(node, [node, ...args], env);

const { spawn } = await import('node:child_process');
const { constants } = await import('node:os');
const child = spawn(node, args, { stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  process.stderr.write(`hawser: ${node} does not start: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
