import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgress } from './progress.mjs';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function terminal(options: { isTTY: boolean; columns?: number; env?: NodeJS.ProcessEnv }) {
  const written: string[] = [];
  const out = { isTTY: options.isTTY, columns: options.columns ?? 80, write: (text: string) => written.push(text) };
  const progress = createProgress({ out, env: options.env ?? {} });
  return { progress, written, all: () => written.join('') };
}

test('elsewhere than on a terminal: a line at the start, every 15 s, and at the end', () => {
  const { progress, written } = terminal({ isTTY: false });
  const build = progress.step('Kubernetes', 'about 5 minutes');
  vi.advanceTimersByTime(14_000);
  build.update('12 packages compiled');
  expect(written).toEqual(['… Kubernetes: about 5 minutes\n']);
  vi.advanceTimersByTime(17_000);
  build.done('140 MB');
  vi.advanceTimersByTime(60_000);
  expect(written.slice(1)).toEqual([
    '… Kubernetes: 15 s, 12 packages compiled\n',
    '… Kubernetes: 30 s, 12 packages compiled\n',
    '✓ Kubernetes               31 s  140 MB\n',
  ]);
});

test('a step that another process began shows its true age', () => {
  const { progress, written } = terminal({ isTTY: false });
  progress.step('Kubernetes', '', { since: Date.now() - 125_000 }).done();
  expect(written.at(-1)).toMatch(/2m05s\n$/);
});

test('a failure shows the first line of its cause', () => {
  const { progress, written } = terminal({ isTTY: false });
  progress.step('apt').fail(new Error('no such package\nlong story'));
  expect(written.at(-1)).toBe('✗ apt                     0.0 s  no such package\n');
});

test('on a terminal each running step has one line, replaced in place and never wider than the window', () => {
  const { progress, written, all } = terminal({ isTTY: true, columns: 60, env: { NO_COLOR: '1' } });
  progress.step('one', 'x'.repeat(200));
  const two = progress.step('two', 'b');
  written.length = 0;
  vi.advanceTimersByTime(100);
  expect(written[0]).toBe('\u001B[2A\u001B[0J');
  const lines = (written[1] ?? '').split('\n').filter((line) => line !== '');
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  two.done();
  written.length = 0;
  vi.advanceTimersByTime(100);
  expect(all()).toContain('\u001B[1A');
  expect(all()).not.toContain('two');
});

test.each([
  ['NO_COLOR', { NO_COLOR: '1' }, false],
  ['a plain terminal', {}, true],
])('colors with %s', (_, env, expected) => {
  const { progress, all } = terminal({ isTTY: true, env });
  progress.step('one').done();
  expect(all().includes('\u001B[32m')).toBe(expected);
});

test('after close nothing is shown, and steps can still be used', () => {
  const { progress, written } = terminal({ isTTY: false });
  progress.step('one');
  progress.close();
  written.length = 0;
  progress.log('a line');
  const late = progress.step('late');
  late.update('x');
  vi.advanceTimersByTime(60_000);
  late.done();
  expect(written).toEqual([]);
});
