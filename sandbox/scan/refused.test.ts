import { symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../host/run.ts';
import { fixtureRepository, type FixtureRepository } from './fixture-repository.ts';
import { refusals } from './refused.ts';

/** In two parts, so that this file has no such comment itself. */
const comment = (rest: string): string => ['trivy', rest].join(':');

let repository: FixtureRepository;
beforeEach(async () => {
  repository = await fixtureRepository();
});
afterEach(() => repository.close());

test('refuses nothing of a sound checkout', () => expect(refusals(repository.dir)).toEqual([]));

test.each<[what: string, put: (dir: string) => Promise<void> | void]>([
  ['committed', () => commitFile('.gitleaksignore', '')],
  ['known to git only as something to ignore', ignoredFile],
  ['a link to nowhere', (dir) => symlinkSync('nowhere', join(dir, '.gitleaksignore'))],
])('refuses a .gitleaksignore that is %s', async (_, put) => {
  await put(repository.dir);
  expect(refusals(repository.dir)).toMatchObject([
    { tool: 'gitleaks', problem: expect.stringContaining('.gitleaksignore') },
  ]);
});

async function commitFile(name: string, text: string): Promise<void> {
  repository.write(name, text);
  await repository.commit(`Add ${name}`);
}

async function ignoredFile(): Promise<void> {
  await commitFile('.gitignore', '.gitleaksignore\n');
  repository.write('.gitleaksignore', 'x\n');
}

test.each([
  ['Dockerfile', `#${comment('ignore:DS-0002')}\nFROM scratch\n`],
  ['app.yaml', `kind: Pod # ${comment('ignore:KSV-0014')}\n`],
  ['main.tf', `// ${['tfsec', 'ignore', 'aws-s3-enable-versioning'].join(':')}\n`],
  ['ends.tf', `# ${comment('exp:2027-01-01:ignore:DS-0002')}\n`],
  ['with\nline.yaml', `# ${comment('ignore:*')}\n`],
  ['nbsp.tf', `# \u00a0${comment('ignore:*')}\n`],
  ['space.tf', `# \u2003${comment('ignore:AVD-AWS-0086')}\n`],
  ['tab.tf', `# ${comment('ws:\t:ignore:AVD-AWS-0086')}\n`],
  ['src/value.json', `{ "note": "x ${comment('ignore:DS-0002')}" }\n`],
])('refuses a comment that trivy heeds: %s', async (name, text) => {
  await commitFile(name, text);
  const [refusal, ...more] = refusals(repository.dir);
  expect(more).toEqual([]);
  expect(refusal).toMatchObject({
    tool: 'trivy',
    problem: expect.stringContaining(name.includes('\n') ? 'with\\nline.yaml' : name),
  });
  expect(refusal?.problem).not.toContain('\n');
});

test('finds the comment in what .gitattributes calls binary, and in what git does not know', async () => {
  await commitFile('.gitattributes', '*.yaml binary\n');
  repository.write('app.yaml', `# ${comment('ignore:KSV-0014')}\n`);
  expect(refusals(repository.dir)).toMatchObject([{ tool: 'trivy', problem: expect.stringContaining('in app.yaml.') }]);
});

test.each([
  ['README.md', `Write # ${comment('ignore:DS-0002')} and it is gone\n`],
  ['app.yaml', `# ${comment('ignore')} is not heeded here\n`],
  ['app.yaml', `image: registry.example/${comment('ignored:1')}\n`],
])('leaves alone what trivy does not heed: %s %s', async (name, text) => {
  await commitFile(name, text);
  expect(refusals(repository.dir)).toEqual([]);
});

test('names a few of many files', async () => {
  for (let at = 1; at <= 7; at += 1) repository.write(`${at}.yaml`, `# ${comment('ignore:KSV-0014')}\n`);
  await repository.commit('Seven');
  expect(refusals(repository.dir)[0]?.problem).toMatch(/in 1\.yaml, 2\.yaml, 3\.yaml, 4\.yaml, 5\.yaml and 2 more\./);
});

test('refuses a folder that is no repository', () => {
  expect(refusals(tmpdir(), { ...process.env, GIT_CEILING_DIRECTORIES: '/' })).toMatchObject([
    { tool: 'gitleaks', problem: expect.stringContaining('is no git repository') },
  ]);
});

test('run by itself it says so in the form of the workflow, and fails', async () => {
  const program = join(import.meta.dirname, 'refused.ts');
  expect(await run(process.execPath, [program, repository.dir])).toMatchObject({ stdout: '' });
  repository.write('.gitleaksignore', '');
  const { code, stdout } = await run(process.execPath, [program, repository.dir], { check: false });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^::error title=No scan with gitleaks::[^\n]*\.gitleaksignore[^\n]*\n$/);
});
