import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../sandbox/host/run.ts';
import { readPolicy } from '../scanners/policy/policy.ts';
import { buildAll, functionNames } from './build.ts';

let folder: string;
const out = (name: string): string => join(folder, 'first', name);
const archive = (name: string): Record<string, Uint8Array> => unzipSync(readFileSync(out(`${name}.zip`)));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hawser-build-'));
  await buildAll(join(folder, 'first'), 'k8s', 'scanners/policy.yaml');
  await buildAll(join(folder, 'second'), 'k8s', 'scanners/policy.yaml');
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(functionNames)('%s', (name) => {
  test('imports in an empty environment, with nothing beside it but the archive', { timeout: 30_000 }, async () => {
    const code = `const { handler } = await import(process.argv[1]); console.log(typeof handler);`;
    const args = ['--input-type=module', '--eval', code, '--', out(join(name, 'index.mjs'))];
    const { stdout } = await run(process.execPath, args, { cwd: out(name), env: {}, timeoutMs: 30_000 });
    expect(stdout.trim()).toBe('function');
  });

  test('the archive holds the bundle, its map, the digest of the policy and every manifest, and nothing else', () => {
    const manifests = readdirSync('k8s', { recursive: true, encoding: 'utf8' })
      .filter((path) => /(\.ya?ml|(?<!\.schema)\.json)$/.test(path))
      .map((path) => `k8s/${path}`);
    expect(manifests).toContain('k8s/deploy.yaml');
    expect(Object.keys(archive(name)).toSorted()).toEqual(
      ['gate.json', 'index.mjs', 'index.mjs.map', ...manifests].toSorted(),
    );
  });

  test('the same sources make the same archive, byte for byte', () => {
    expect(readFileSync(join(folder, 'second', `${name}.zip`)).equals(readFileSync(out(`${name}.zip`)))).toBe(true);
  });

  test('the map holds no source text', () => {
    const map = JSON.parse(Buffer.from(archive(name)['index.mjs.map'] ?? []).toString()) as {
      sourcesContent?: unknown;
    };
    expect(map.sourcesContent).toBeUndefined();
  });
});

const sources = (name: string): string[] =>
  (JSON.parse(readFileSync(out(join(name, 'index.mjs.map')), 'utf8')) as { sources: string[] }).sources;

test.each(functionNames)(
  '%s holds English only: `import { z }` would bring 370 KB of other languages along',
  (name) => {
    const languages = sources(name).flatMap((path) => /zod\/v4\/locales\/(\w+)\.js$/.exec(path)?.[1] ?? []);
    expect(languages.filter((language) => language !== 'index')).toEqual(['en']);
  },
);

test('a function holds only the SDKs that it uses: the webhook must start fast', () => {
  const packages = (name: string): string[] => {
    const found = sources(name).flatMap(
      (path) => /node_modules\/(@aws-sdk\/(?:client|lib)-[\w-]+|@kubernetes\/[\w-]+|undici)\//.exec(path)?.[1] ?? [],
    );
    return [...new Set(found)].toSorted();
  };
  expect(packages('webhook')).toEqual(['@aws-sdk/client-secrets-manager', '@aws-sdk/client-sqs']);
  expect(packages('deploy')).toEqual(expect.arrayContaining(['@aws-sdk/client-ec2', '@aws-sdk/lib-dynamodb']));
  // Over 100 ms of each cold start, for what node:https does, too.
  for (const name of functionNames) expect(packages(name)).not.toContain('undici');
});

test('only the function that deploys reads signatures', () => {
  const readers = functionNames.filter((name) =>
    sources(name).some((path) => path.includes('node_modules/@sigstore/')),
  );
  expect(readers).toEqual(['deploy']);
});

test('the policy that verdicts must come from is that of the checkout', () => {
  const file = 'scanners/policy.yaml';
  const { digest } = readPolicy(file, readFileSync(file, 'utf8'));
  expect(JSON.parse(Buffer.from(archive('deploy')['gate.json'] ?? []).toString())).toEqual({ policies: [digest] });
});

test('a config that is wrong is not built: every problem is named, and nothing is left', async () => {
  const k8s = mkdtempSync(join(folder, 'k8s-'));
  writeFileSync(join(k8s, 'deploy.yaml'), 'version: 2\nnope: true\n');
  await expect(buildAll(join(folder, 'third'), k8s, 'scanners/policy.yaml')).rejects.toMatchObject({
    code: 'ConfigInvalid',
    message: expect.stringMatching(/version: .*nope: unknown key/) as string,
  });
  expect(readdirSync(folder)).not.toContain('third');
});

test.each<[string, string, RegExp]>([
  ['is not there', '', /gate\.trustedRoot: k8s\/trusted-root\.jsonl cannot be read/],
  ['is none', '{"certificateAuthorities": []}', /trusted-root\.jsonl is no trusted root: .*no certificate authority/],
  ['is no JSON', '{}\nnope', /trusted-root\.jsonl is no trusted root: line 2 is not JSON/],
])('a trusted root that %s is not built', async (_, text, message) => {
  const k8s = mkdtempSync(join(folder, 'k8s-'));
  const config = {
    ...(load(readFileSync('k8s/deploy.yaml', 'utf8')) as object),
    gate: { trustedRoot: 'trusted-root.jsonl' },
  };
  writeFileSync(join(k8s, 'deploy.yaml'), dump(config));
  if (text !== '') writeFileSync(join(k8s, 'trusted-root.jsonl'), text);
  await expect(buildAll(join(folder, 'third'), k8s, 'scanners/policy.yaml')).rejects.toMatchObject({
    code: 'ConfigInvalid',
    message: expect.stringMatching(message) as string,
  });
  expect(readdirSync(folder)).not.toContain('third');
});
