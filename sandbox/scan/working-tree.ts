import { copyFileSync, existsSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../host/run.ts';

/** Why gitleaks cannot judge the history that is there, as a sentence; undefined when it can. */
export async function historyProblem(repository: string, env: Record<string, string>): Promise<string | undefined> {
  const { code, stdout, stderr } = await git(repository, ['rev-parse', '--is-shallow-repository'], env);
  if (code !== 0) return `${repository} is no git repository, so it has no history to look at: ${stderr.trim()}`;
  if (stdout.trim() !== 'false')
    return `The clone in ${repository} is shallow: gitleaks would see its last commits only. Fetch the others with: git fetch --unshallow (in a workflow: fetch-depth: 0).`;
  if (existsSync(join(repository, '.gitleaksignore')))
    return `${repository} has a .gitleaksignore, which takes secrets out of the report without an owner and an end. Remove it, and waive in scanners/policy.yaml.`;
  return undefined;
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
