import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRetryAfter } from './retry-after.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const DAY = 24 * 60 * 60 * 1_000;

test.each<[string | null, number | undefined]>([
  [null, undefined],
  ['', undefined],
  ['7', 7_000],
  [' 7 ', 7_000],
  ['007', 7_000],
  ['0', undefined],
  ['-7', undefined],
  ['7.5', undefined],
  ['1e3', undefined],
  ['7 apples', undefined],
  ['0x7', undefined],
  ['soon', undefined],
  ['May 5', undefined],
  ['7, 7', undefined],
  ['86400', DAY],
  ['86401', DAY],
  ['9'.repeat(400), DAY],
  ['Thu, 01 Jan 2026 00:00:07 GMT', 7_000],
  ['Thu, 01 Jan 2026 00:00:00 GMT', undefined],
  ['Wed, 31 Dec 2025 23:59:59 GMT', undefined],
  ['Fri, 31 Dec 9999 23:59:59 GMT', DAY],
  ['Thu, 01 Foo 2026 00:00:07 GMT', undefined],
  ['2026-01-01T00:00:07Z', undefined],
])('%j is %s ms', (header, waitMs) => {
  expect(readRetryAfter(header, NOW)).toBe(waitMs);
});

test('is nothing, or some time up to a day', () => {
  const header = fc.oneof(
    fc.string(),
    fc.bigInt().map(String),
    fc.date({ noInvalidDate: true }).map((at) => at.toUTCString()),
  );
  fc.assert(
    fc.property(header, fc.date({ noInvalidDate: true }), (text, now) => {
      const waitMs = readRetryAfter(text, now) ?? 1;
      expect(waitMs).toBeGreaterThan(0);
      expect(waitMs).toBeLessThanOrEqual(DAY);
    }),
  );
});
