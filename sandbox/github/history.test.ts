import { expect, test } from 'vitest';
import { addCommit, compare, resolveRef, type Commit, type History } from './history.ts';

/** a ← b ← c on main; d beside b, on `other`. */
function sample(): { history: History; a: Commit; b: Commit; c: Commit; d: Commit } {
  const history: History = { commits: new Map(), branches: new Map() };
  const [a, b, c] = ['a', 'b', 'c'].map((message) => addCommit(history, { message }, 'main')) as [
    Commit,
    Commit,
    Commit,
  ];
  return { history, a, b, c, d: addCommit(history, { message: 'd', parent: a.sha }, 'other') };
}

test.each([
  ['a', 'c', 'ahead', 2, 0],
  ['c', 'a', 'behind', 0, 2],
  ['b', 'b', 'identical', 0, 0],
  ['c', 'd', 'diverged', 1, 2],
] as const)('%s...%s is %s', (base, head, status, ahead, behind) => {
  const { history, ...commits } = sample();
  const found = compare(history, commits[base], commits[head]);
  expect([found.status, found.ahead.length, found.behind.length]).toEqual([status, ahead, behind]);
});

test('without a common ancestor there is no merge base', () => {
  const { history, c } = sample();
  const alone = addCommit(history, { message: 'alone' }, 'orphan');
  expect(compare(history, c, alone).mergeBase).toBeUndefined();
});

test('a ref is a branch, a SHA or its beginning', () => {
  const { history, c, d } = sample();
  expect(resolveRef(history, 'main')).toBe(c);
  expect(resolveRef(history, 'refs/heads/other')).toBe(d);
  expect(resolveRef(history, d.sha)).toBe(d);
  expect(resolveRef(history, d.sha.slice(0, 7))).toBe(d);
  expect(resolveRef(history, d.sha.slice(0, 6))).toBeUndefined();
  expect(resolveRef(history, 'gone')).toBeUndefined();
});
