import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { strToU8, zipSync, type Zippable } from 'fflate';
import { ReleaseError } from './core/errors.ts';
import { readConfig } from './runtime/read-config.ts';
import { readTrust } from './runtime/read-trust.ts';
import { readPolicy } from '../scanners/policy/policy.ts';

/** Every function with a handler of its own. */
export const functionNames = ['webhook', 'deploy', 'rollback', 'drift', 'status'] as const;

export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // The AWS SDK's ES modules come apart: a bundle then holds only the commands that are used.
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  // Some dependencies are CommonJS and call require; ESM has none.
  banner: {
    js: "import{createRequire as hawserRequire}from'node:module';const require=hawserRequire(import.meta.url);",
  },
  logLevel: 'warning',
} satisfies BuildOptions;

/** A fixed time, so that the same sources make the same archive byte for byte, and a deploy without changes is none. */
const EPOCH = new Date('2020-01-01T00:00:00Z');

/**
 * Bundles each function and packs it with the k8s folder into `.build/<name>.zip`, and with the digest of the policy, so that the
 * functions accept verdicts of that policy. Config, trusted root and policy are checked first: one that is wrong is not deployed.
 */
export async function buildAll(out: string, k8s: string, policyFile: string): Promise<void> {
  readTrust(readConfig(join(k8s, 'deploy.yaml')).gate, k8s);
  const { digest } = readPolicy(policyFile, readFileSync(policyFile, 'utf8'));
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const manifests = manifestFiles(k8s);
  await Promise.all(
    functionNames.map(async (name) => {
      const folder = join(out, name);
      await build({
        ...bundleOptions,
        entryPoints: [join('functions', name, 'handler.ts')],
        outfile: join(folder, 'index.mjs'),
      });
      const files: Zippable = { ...manifests, 'gate.json': strToU8(JSON.stringify({ policies: [digest] })) };
      for (const file of ['index.mjs', 'index.mjs.map']) files[file] = readFileSync(join(folder, file));
      writeFileSync(join(out, `${name}.zip`), zipSync(files, { level: 6, mtime: EPOCH }));
    }),
  );
}

function manifestFiles(root: string): Record<string, Uint8Array> {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(\.ya?ml|(?<!\.schema)\.jsonl?)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(paths.map((path) => [join('k8s', relative(root, path)), readFileSync(path)]));
}

if (import.meta.main) {
  try {
    await buildAll('.build', 'k8s', 'scanners/policy.yaml');
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    const problems = error.details['problems'];
    const list = Array.isArray(problems) ? problems.map((problem) => `\n  - ${String(problem)}`).join('') : '';
    process.stderr.write(`${error.code}: ${error.message}${list}\n${error.hint}\n`);
    process.exit(2);
  }
}
