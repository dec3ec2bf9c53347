import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../host/run.ts';

/** Looks like a token, opens nothing, and stands nowhere in this repository. */
export function madeUpToken(name: string): string {
  return `ghp_${createHash('sha256').update(name).digest('hex').slice(0, 36)}`;
}

/** A git repository of a small app, in a folder of its own. */
export interface FixtureRepository {
  dir: string;
  write: (name: string, text: string) => void;
  remove: (name: string) => void;
  /** Runs git in it, as somebody; answers what git says. */
  git: (...args: string[]) => Promise<string>;
  commit: (message: string) => Promise<void>;
  /** All that was ever committed is gone; what is in the folder is the first commit. */
  startAgain: () => Promise<void>;
  close: () => void;
}

export async function fixtureRepository(): Promise<FixtureRepository> {
  const dir = mkdtempSync(join(tmpdir(), 'hawser-fixture-'));
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', ['-C', dir, ...args], { env: gitEnvironment() })).stdout.trim();
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  };
  const commit = async (message: string): Promise<void> => {
    await git('add', '--all');
    await git('commit', '--quiet', '--message', message);
  };
  const begin = async (): Promise<void> => {
    await git('init', '--quiet', '--initial-branch=main');
    await commit('An app');
  };
  for (const [name, text] of Object.entries(sound)) write(name, text);
  await begin();
  return {
    dir,
    write,
    remove: (name) => rmSync(join(dir, name)),
    git,
    commit,
    startAgain: async () => {
      rmSync(join(dir, '.git'), { recursive: true });
      await begin();
    },
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function gitEnvironment(): Record<string, string> {
  const who = { NAME: 'Somebody', EMAIL: 'somebody@example.com' };
  const names = Object.entries(who).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]);
  return { PATH: process.env['PATH'] ?? '', GIT_CONFIG_GLOBAL: '/dev/null', ...Object.fromEntries(names) };
}

const lockfile = (version: string): string =>
  JSON.stringify(
    {
      name: 'app',
      version: '1.0.0',
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': { name: 'app', version: '1.0.0', dependencies: { 'made-up-knots': version } },
        'node_modules/made-up-knots': {
          version,
          resolved: `https://registry.example/made-up-knots/-/made-up-knots-${version}.tgz`,
        },
      },
    },
    null,
    2,
  );

/** The files without a problem. */
export const sound = {
  'package-lock.json': lockfile('1.0.1'),
  'src/main.ts': `import { request } from 'node:https';\nrequest({ host: 'example.com', port: 443 }).end();\n`,
  Dockerfile: `FROM docker.io/library/node:24-alpine@sha256:${'0123456789abcdef'.repeat(4)}\nCOPY src/ /app/\nUSER 10001:10001\nHEALTHCHECK CMD ["node", "--version"]\nCMD ["node", "/app/main.ts"]\n`,
};

/** The same files, each with its problem. */
export const planted = {
  'package-lock.json': lockfile('1.0.0'),
  'src/main.ts': `import { request } from 'node:https';\nrequest({ host: 'example.com', port: 443, rejectUnauthorized: false }).end();\n`,
  Dockerfile: sound.Dockerfile.replace('USER 10001:10001\n', ''),
};

/** What the vulnerability database of the tests knows. */
export const advisories = [
  {
    id: 'GHSA-2222-3333-4444',
    package: 'made-up-knots',
    title: 'A knot comes loose',
    severity: 'HIGH',
    vulnerable: '<1.0.1',
    patched: '1.0.1',
  },
];
