// @ts-check
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goBinary } from './go.mjs';
import { ROOT } from './npm.mjs';
import { createProgress } from './progress.mjs';
import { zizmorCommand } from './python.mjs';
import { runLines } from './spawn.mjs';

// Checks .github/workflows with actionlint (which asks shellcheck) and zizmor. Nothing is looked up online.
const ACTIONLINT_VERSION = 'v1.7.12';

const progress = createProgress();
try {
  const [actionlint, zizmor] = await Promise.all([
    goBinary(
      {
        name: `actionlint ${ACTIONLINT_VERSION}`,
        tool: 'actionlint',
        version: ACTIONLINT_VERSION,
        moduleDir: fileURLToPath(new URL('../scan/actionlint/', import.meta.url)),
        sources: ['go.mod', 'go.sum'],
        pkg: 'github.com/rhysd/actionlint/cmd/actionlint',
        ldflags: '-s -w',
        hint: 'built from source this once, in seconds',
        missing: 'Install Go 1.26 or newer (https://go.dev/dl).',
      },
      progress,
    ),
    zizmorCommand(progress),
  ]);
  // shellcheck is in the venv of zizmor.
  const env = { ...process.env, PATH: `${dirname(zizmor)}${delimiter}${process.env['PATH'] ?? ''}`, NO_COLOR: '1' };
  const checks = await Promise.all([
    runLines(actionlint, ['-no-color'], { cwd: ROOT, env }),
    runLines(zizmor, ['--no-config', '--persona=pedantic', '--offline', '--quiet', '.github/workflows'], {
      cwd: ROOT,
      env,
    }),
  ]);
  progress.close();
  for (const { code, output } of checks) {
    if (code === 0) continue;
    process.stdout.write(`${output.trimEnd()}\n`);
    process.exitCode = 1;
  }
} catch (error) {
  progress.close();
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
