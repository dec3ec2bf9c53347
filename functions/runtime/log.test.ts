import { expect, test } from 'vitest';
import { jsonLog } from './log.ts';
import { redactor } from './redact.ts';

function logged(base: Record<string, unknown> = {}) {
  const lines: string[] = [];
  const redact = redactor();
  redact.learn('s3cr3t-s3cr3t');
  return {
    log: jsonLog((line) => void lines.push(line), redact, base),
    read: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    lines,
  };
}

test('one line of JSON each, time, level and message first', () => {
  const { log, read, lines } = logged({ function: 'deploy' });
  log.info('phase', { release: 'rel_1', detail: 'two\nlines' });
  log.warn('late');
  log.error('broken');
  expect(lines.every((line) => !line.includes('\n'))).toBe(true);
  expect(Object.keys(read()[0] ?? {})).toEqual(['time', 'level', 'message', 'function', 'release', 'detail']);
  expect(read().map(({ level, message }) => [level, message])).toEqual([
    ['info', 'phase'],
    ['warn', 'late'],
    ['error', 'broken'],
  ]);
  expect(read()[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test('no field can take the place of the message', () => {
  const { log, read } = logged();
  log.error('message failed', { message: 'm-1', level: 'info', time: 'never' });
  expect(read()[0]).toMatchObject({ level: 'error', message: 'message failed' });
});

test('secrets are hidden at any depth, in the message too', () => {
  const { log, lines } = logged();
  log.info('with s3cr3t-s3cr3t', { a: ['s3cr3t-s3cr3t', { b: 'x s3cr3t-s3cr3t y' }] });
  expect(lines.join()).not.toContain('s3cr3t-s3cr3t');
});
