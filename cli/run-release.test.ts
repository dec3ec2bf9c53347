import { expect, test } from 'vitest';
import { userName } from './run-release.ts';

test.each([
  [{ USER: 'ana', LOGNAME: 'bo', USERNAME: 'cy' }, 'ana'],
  [{ USER: '', LOGNAME: 'bo', USERNAME: 'cy' }, 'bo'],
  [{ LOGNAME: '', USERNAME: 'cy' }, 'cy'],
  [{ USER: '', LOGNAME: '', USERNAME: '' }, 'cli'],
  [{}, 'cli'],
])('who is logged in, by %j: %s', (env, name) => {
  expect(userName(env)).toBe(name);
});
