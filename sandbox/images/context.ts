import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** One change of a file: `find` must occur exactly once. */
export interface Patch {
  /** Path within the context. */
  file: string;
  find: string;
  replace: string;
}

const LEFT_OUT = new Set(['node_modules', '.git', '.build', '.serverless', 'coverage']);

/** Copies a build context to the folder `to`, without what no build reads, and changes one place in it if asked. */
export function copyContext(from: string, to: string, patch?: Patch): void {
  cpSync(from, to, { recursive: true, filter: (path) => path === from || !LEFT_OUT.has(basename(path)) });
  if (patch === undefined) return;
  const file = join(to, patch.file);
  const parts = readFileSync(file, 'utf8').split(patch.find);
  if (parts.length !== 2)
    throw new Error(`${patch.file} holds ${parts.length - 1} times, not once: ${JSON.stringify(patch.find)}`);
  writeFileSync(file, parts.join(patch.replace));
}
