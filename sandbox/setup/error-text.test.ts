import { expect, test } from 'vitest';
import { errorText, type TestError } from './error-text.ts';

const CASES: { when: string; error: TestError; text: string[] }[] = [
  {
    when: 'frames of packages and of Node.js lie between',
    error: {
      message: 'no',
      stack: 'Error: no\n    at a (/x/node_modules/b.js:1:1)\n    at node:net:1:1\n    at c (/x/c.ts:2:3)',
    },
    text: ['Error: no', '    at c (/x/c.ts:2:3)'],
  },
  { when: 'values differ', error: { message: 'not equal', diff: '- 1\n+ 2' }, text: ['not equal', '- 1', '+ 2'] },
  {
    when: 'a client says only what it was doing',
    error: {
      message: 'error creating signing certificate',
      cause: { message: 'request failed', code: 'ECONNRESET', cause: { message: 'socket hang up' } },
    },
    text: ['error creating signing certificate', 'caused by (ECONNRESET) request failed', 'caused by socket hang up'],
  },
  { when: 'text was thrown as the cause', error: { message: 'no', cause: 'closed' }, text: ['no', 'caused by closed'] },
  { when: 'the cause is no error', error: { message: 'no', cause: { at: 3 } }, text: ['no', 'caused by {"at":3}'] },
  { when: 'there is none', error: { message: 'no', cause: null }, text: ['no'] },
];

test.each(CASES)('when $when', ({ error, text }) => {
  expect(errorText(error).split('\n')).toEqual(text);
});

test('a cause that leads back to itself ends', () => {
  const error: TestError = { message: 'a' };
  error.cause = { message: 'b', cause: error };
  expect(errorText(error).split('\n')).toHaveLength(9);
});
