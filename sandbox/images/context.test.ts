import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingSetting } from './broken.ts';
import { copyContext } from './context.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'context-'));
  for (const dir of ['from/app/src', 'from/node_modules/x', 'from/app/node_modules/y', 'from/.git'])
    mkdirSync(join(root, dir), { recursive: true });
  for (const file of ['app/src/a.ts', 'node_modules/x/i.js', 'app/node_modules/y/i.js', '.git/HEAD', '.npmrc'])
    writeFileSync(join(root, 'from', file), 'one two one three');
});
afterEach(() => rmSync(root, { recursive: true }));

test('copies the sources, and not what no build reads', () => {
  copyContext(join(root, 'from'), join(root, 'to'));
  expect(readFileSync(join(root, 'to/app/src/a.ts'), 'utf8')).toBe('one two one three');
  expect(existsSync(join(root, 'to/.npmrc'))).toBe(true);
  for (const left of ['node_modules', 'app/node_modules', '.git'])
    expect(existsSync(join(root, 'to', left))).toBe(false);
});

test('changes one place in the copy only', () => {
  copyContext(join(root, 'from'), join(root, 'to'), { file: 'app/src/a.ts', find: 'two', replace: '2 $& $1' });
  expect(readFileSync(join(root, 'to/app/src/a.ts'), 'utf8')).toBe('one 2 $& $1 one three');
  expect(readFileSync(join(root, 'from/app/src/a.ts'), 'utf8')).toBe('one two one three');
});

test.each([
  ['one', 2],
  ['four', 0],
])('a patch for %j, which is there %d times, is refused', (find, times) => {
  const patch = { file: 'app/src/a.ts', find, replace: '' };
  expect(() => copyContext(join(root, 'from'), join(root, 'to'), patch)).toThrow(`${times} times`);
});

test('the change of the broken revision fits the app as it is', () => {
  const project = join(import.meta.dirname, '../..');
  copyContext(project, join(root, 'copy'), missingSetting);
  expect(readFileSync(join(root, 'copy', missingSetting.file), 'utf8')).toContain("'DATABASE_URL must be set.'");
});
