import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { madeUpToken, type FixtureRepository } from './fixture-repository.ts';

const secretIn = (file: string): string => `export const token = '${madeUpToken(file)}';\n`;

/**
 * Writes a history in which each secret was gone again before its end, put there in a way that a plain `git log -p` does not show. Returns the
 * files that had one.
 */
export async function writeHiddenSecrets({ git, write, remove, commit }: FixtureRepository): Promise<string[]> {
  const branch = async (name: string): Promise<void> => {
    await git('switch', '--quiet', '--create', name, 'main');
    write(`${name}.txt`, name);
    write('shared.txt', name);
    await commit(`Work on ${name}`);
    await git('switch', '--quiet', 'main');
  };
  // By whoever merges.
  await branch('one');
  write('other.txt', 'other');
  await commit('Meanwhile');
  await git('merge', '--quiet', '--no-commit', 'one');
  write('src/merged.ts', secretIn('src/merged.ts'));
  await commit('Merge one');
  // By whoever settles a conflict.
  await branch('two');
  write('shared.txt', 'main');
  await commit('The same line');
  await git('merge', '--quiet', 'two').catch(() => undefined);
  write('shared.txt', secretIn('shared.txt'));
  await commit('Merge two');
  // In what git is told to call binary, and in what looks binary to it.
  write('.gitattributes', '*.cfg -diff\n');
  write('src/app.cfg', secretIn('src/app.cfg'));
  write('src/nul.ts', `\0\n${secretIn('src/nul.ts')}`);
  await commit('Settings');
  const secrets = ['src/merged.ts', 'src/app.cfg', 'src/nul.ts', 'shared.txt'];
  for (const name of ['.gitattributes', ...secrets]) remove(name);
  await commit('Nothing to see');
  return secrets.toSorted();
}

/** Merges two branches at once, with a secret that is in neither, and takes it out again. Returns its file. */
export async function writeWideMerge({ git, write, remove, commit }: FixtureRepository): Promise<string> {
  for (const name of ['left', 'right']) {
    await git('switch', '--quiet', '--create', name, 'main');
    write(`${name}.txt`, name);
    await commit(name);
  }
  await git('switch', '--quiet', 'main');
  write('middle.txt', 'middle');
  await commit('middle');
  await git('merge', '--quiet', '--no-commit', 'left', 'right');
  write('src/wide.ts', secretIn('src/wide.ts'));
  await commit('Merge all');
  remove('src/wide.ts');
  await commit('Nothing to see here either');
  return 'src/wide.ts';
}

/** Takes the content of a file out of git's store, so that git stops when it comes to it. */
export async function loseContent({ dir, git }: FixtureRepository, file: string): Promise<void> {
  const id = await git('rev-parse', `HEAD:${file}`);
  rmSync(join(dir, '.git/objects', id.slice(0, 2), id.slice(2)));
}

/** The files of a report of gitleaks, by name, each once. */
export function filesOf(report: string): string[] {
  const leaks = JSON.parse(readFileSync(report, 'utf8')) as { File: string }[];
  return [...new Set(leaks.map(({ File }) => File.replace(/^\.\//, '')))].toSorted();
}
