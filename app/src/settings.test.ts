import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

const sha = 'a'.repeat(40);

test('an empty environment is enough', () => {
  expect(readSettings({})).toEqual({
    build: { name: '@hawser/app', version: expect.stringMatching(/^\d+\.\d+\.\d+$/), revision: 'unknown' },
    host: '0.0.0.0',
    port: 8080,
    logLevel: 'info',
    drainMs: 2_000,
    deadlineMs: 10_000,
  });
});

test('takes what is set', () => {
  const env = {
    REVISION: sha,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'warn',
    DRAIN_MS: '0',
    SHUTDOWN_DEADLINE_MS: '5',
  };
  expect(readSettings(env)).toMatchObject({
    build: { revision: sha },
    host: '127.0.0.1',
    port: 0,
    logLevel: 'warn',
    drainMs: 0,
    deadlineMs: 5,
  });
});

test.each([
  [{ REVISION: 'main' }, 'REVISION'],
  [{ REVISION: sha.slice(0, 7) }, 'REVISION'],
  [{ REVISION: sha.toUpperCase() }, 'REVISION'],
  [{ REVISION: `${sha}\n` }, 'REVISION'],
  [{ PORT: '65536' }, 'PORT'],
  [{ PORT: '-1' }, 'PORT'],
  [{ PORT: '80a' }, 'PORT'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
  [{ DRAIN_MS: '9000', SHUTDOWN_DEADLINE_MS: '8000' }, 'DRAIN_MS'],
])('refuses %j', (env, name) => {
  expect(() => readSettings(env)).toThrow(new RegExp(`^${name} `));
});

test('lists all problems at once', () => {
  expect(() => readSettings({ REVISION: 'x', PORT: 'y', LOG_LEVEL: 'z' })).toThrow(/REVISION .*\nPORT .*\nLOG_LEVEL /);
});
