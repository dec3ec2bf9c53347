import { copyFileSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../host/run.ts';

/** Whether there is a merge of more than two branches, of which git computes no diff against what it would have merged itself. */
export async function hasWideMerge(repository: string, env: Record<string, string>): Promise<boolean> {
  const args = ['rev-list', '--all', '--min-parents=3', '--max-count=1'];
  const { code, stdout, stderr } = await git(repository, args, env);
  if (code !== 0) throw new Error(`git ${args.join(' ')} failed in ${repository}: ${stderr.trim()}`);
  return stdout.trim() !== '';
}

/**
 * Copies the files that are not committed as they are (changed, staged or new, but not ignored) to the folder.
 * @returns how many there are
 */
export async function copyChanges(repository: string, folder: string, env: Record<string, string>): Promise<number> {
  const listings = [
    ['ls-files', '-z', '--modified', '--others', '--exclude-standard'],
    ['diff', '-z', '--cached', '--name-only', '--no-renames', '--no-relative', 'HEAD'],
  ];
  const names = new Set<string>();
  for (const args of listings) {
    const { code, stdout, stderr } = await git(repository, args, env);
    if (code !== 0) throw new Error(`git ${args.join(' ')} failed in ${repository}: ${stderr.trim()}`);
    for (const name of stdout.split('\0')) if (name !== '') names.add(name);
  }
  let count = 0;
  for (const name of names) {
    const from = join(repository, name);
    if (lstatSync(from, { throwIfNoEntry: false })?.isFile() !== true) continue;
    const to = join(folder, name);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
    count += 1;
  }
  return count;
}

function git(repository: string, args: string[], env: Record<string, string>) {
  return run('git', ['-C', repository, ...args], { env, check: false });
}
