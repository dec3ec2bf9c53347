import { expect, test } from 'vitest';
import { addTarballUrls } from './lockfile.ts';

const integrity = 'sha512-x';
const complete = (packages: object, registry = 'https://registry.example/npm/'): unknown =>
  (JSON.parse(addTarballUrls(JSON.stringify({ lockfileVersion: 3, packages }), registry)) as { packages: unknown })
    .packages;

test.each([
  ['node_modules/a', {}, 'a/-/a-1.2.3.tgz'],
  ['node_modules/@s/a', {}, '@s/a/-/a-1.2.3.tgz'],
  ['node_modules/b/node_modules/@s/a', {}, '@s/a/-/a-1.2.3.tgz'],
  ['app/node_modules/a', {}, 'a/-/a-1.2.3.tgz'],
  ['node_modules/alias', { name: '@s/real' }, '@s/real/-/real-1.2.3.tgz'],
])('%s gets the URL of its tarball', (path, more, expected) => {
  const entry = { version: '1.2.3', integrity, ...more };
  expect(complete({ [path]: entry })).toEqual({
    [path]: { ...entry, resolved: `https://registry.example/npm/${expected}` },
  });
});

test.each([
  ['the project itself', { '': { version: '1.0.0' } }],
  ['a workspace', { app: { version: '1.0.0' } }],
  ['a link', { 'node_modules/app': { resolved: 'app', link: true } }],
  [
    'a URL that is there',
    { 'node_modules/a': { version: '1.0.0', integrity, resolved: 'https://else.example/a.tgz' } },
  ],
])('%s stays as it is', (_what, packages) => {
  expect(complete(packages)).toEqual(packages);
});
