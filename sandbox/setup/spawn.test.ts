import { expect, test } from 'vitest';
import { identify } from '../host/process.ts';
import { runLines, tail } from './spawn.mjs';

test('lines come whole, of both streams, and all of the output in the end', async () => {
  const lines: string[] = [];
  const result = await runLines('sh', ['-c', 'printf a; printf "b\\nc\\n"; echo d >&2; exit 3'], {
    onLine: (line) => void lines.push(line),
  });
  expect(lines.toSorted()).toEqual(['ab', 'c', 'd']);
  expect(result.code).toBe(3);
  expect(result.output).toContain('ab\nc\n');
});

test('a program that is not there ends with 127', async () => {
  expect(await runLines('/nowhere/program', [])).toMatchObject({ code: 127 });
});

const PARENT = `
  const child = require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit' });
  console.log(child.pid);
`;

test('the signal ends the program and what it started', async () => {
  const abort = new AbortController();
  let grandchild = 0;
  const result = await runLines(process.execPath, ['-e', PARENT], {
    signal: abort.signal,
    onLine: (line) => {
      grandchild = Number(line);
      abort.abort();
    },
  });
  expect(result.code).not.toBe(0);
  expect(identify(grandchild)).toBeUndefined();
});

test('a signal given before the start ends it at once', async () => {
  expect((await runLines('sleep', ['60'], { signal: AbortSignal.abort() })).code).not.toBe(0);
});

test('tail keeps the last lines', () => {
  expect(tail('1\n2\n3\n', 2)).toBe('2\n3');
});
