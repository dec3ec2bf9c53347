import { expect, test } from 'vitest';
import { aptStatus } from './debian.mjs';
import { older } from './go.mjs';
import { fetchedPackage, sameModules } from './npm.mjs';
import { pipStatus } from './python.mjs';
import { wantsTools } from './start.mjs';

test.each([
  ['Get:5 http://deb.example.org bookworm/main amd64 runc amd64 1.1.5 [2,710 kB]', 'downloading runc'],
  ['Get:1 http://deb.example.org bookworm InRelease [151 kB]', undefined],
  ['Unpacking docker-registry (2.8.2+ds1-1+b6) ...', 'unpacking docker-registry'],
  ['Setting up runc (1.1.5+ds1-1) ...', 'setting up runc'],
  [
    'Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 12',
    'waiting for another apt to end',
  ],
  ['0 upgraded, 5 newly installed, 0 to remove', undefined],
])('apt says %j: %j', (line, expected) => expect(aptStatus(line)).toBe(expected));

test.each([
  ['Collecting moto[server]==5.2.5 (from -r requirements.txt (line 3))', 'collecting moto[server]'],
  [
    '  Downloading https://pypi.example.org/a/b/ministack-1.5.33-py3-none-any.whl (2.1 MB)',
    'downloading ministack-1.5.33-py3-none-any.whl (2.1 MB)',
  ],
  ['Installing collected packages: a, b', 'unpacking the packages'],
  ['Successfully installed a-1', undefined],
])('pip says %j: %j', (line, expected) => expect(pipStatus(line)).toBe(expected));

test.each([
  [
    'npm http fetch GET 200 https://npm.example.org/@aws-sdk/client-ec2/-/client-ec2-3.1.0.tgz 812ms (cache miss)',
    '@aws-sdk/client-ec2',
  ],
  ['npm http fetch GET 200 https://npm.example.org/mirror/npm/zod/-/zod-4.6.7.tgz 9ms', 'zod'],
  ['npm http fetch GET 200 https://npm.example.org/zod 9ms (cache hit)', undefined],
  ['npm warn deprecated glob@7.0.0', undefined],
])('npm says %j: %j', (line, expected) => expect(fetchedPackage(line)).toBe(expected));

test.each([
  ['1.22.3', '1.24.0', true],
  ['1.24', '1.24.0', false],
  ['1.9', '1.10', true],
  ['1.26.8', '1.26.0', false],
  ['2.0', '1.99', false],
  ['1.25rc1', '1.25.0', false],
  ['', '1.24.0', true],
])('version %j before %j: %j', (a, b, expected) => expect(older(a, b)).toBe(expected));

const lock = {
  packages: {
    '': { version: '0.1.0' },
    app: { version: '0.1.0' },
    'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' },
    'node_modules/esbuild-aix': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  },
};
const zod = { version: '4.6.7', integrity: 'sha512-a' };

test.each([
  ['as locked', { 'node_modules/zod': zod }, true],
  ['one more', { 'node_modules/zod': zod, 'node_modules/extra': { version: '1.0.0' } }, true],
  ['another version', { 'node_modules/zod': { ...zod, version: '4.6.6' } }, false],
  ['other content', { 'node_modules/zod': { ...zod, integrity: 'sha512-z' } }, false],
  ['none', {}, false],
])('installed modules, %s: %j', (_, packages, expected) => expect(sameModules(lock, { packages })).toBe(expected));

test.each([
  [['demo'], true],
  [['demo', '--keep'], true],
  [['demo', '--help'], false],
  [['bench'], true],
  [['sandbox'], true],
  [['sandbox', 'stop'], false],
  [['test'], true],
  [['test', 'unit'], false],
  [['test', 'lint', 'types'], false],
  [['test', 'unit', 'sandbox'], true],
  [[], false],
])('%j needs the tools: %j', (args, expected) => expect(wantsTools(args)).toBe(expected));
