#!/usr/bin/env node
// Runs cli/main.ts with the Node.js that this checkout brings along (24), whichever one started this file (20 or newer).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const node = at('../node_modules/node/bin/node');
const main = fileURLToPath(new URL('./main.ts', import.meta.url));

if (!existsSync(node)) {
  process.stderr.write('hawser: its packages are not installed. Run in the checkout: npm ci\n');
  process.exit(1);
}

// The cache spares each later start most of the compiling.
const env = { NODE_COMPILE_CACHE: at('../node_modules/.cache/hawser'), ...process.env };
const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  process.stderr.write(`hawser: ${node} does not start: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
