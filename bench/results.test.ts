import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { median, percentile, times } from './results.ts';

describe('percentile', () => {
  test.each([
    [[1, 2, 3, 4], 0.5, 2],
    [[4, 1, 3, 2], 0.99, 4],
    [[7], 0, 7],
    [Array.from({ length: 200 }, (_, index) => index + 1), 0.99, 198],
  ])('of %j at %d is %d', (samples, part, expected) => {
    expect(percentile(samples, part)).toBe(expected);
  });

  it('is one of the samples, and grows with the part', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (samples, a, b) => {
          expect(samples).toContain(percentile(samples, a));
          expect(percentile(samples, Math.min(a, b))).toBeLessThanOrEqual(percentile(samples, Math.max(a, b)));
        },
      ),
    );
  });
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2],
  [[7], 7],
])('the median of %j is %d', (samples, expected) => {
  expect(median(samples)).toBe(expected);
});

test.each([
  [150, 100, '×1.5'],
  [100, 100, '×1.0'],
  [49, 100, '×0.5'],
  [2_345, 100, '×23'],
])('%d is %d %s', (value, base, expected) => {
  expect(times(value, base)).toBe(expected);
});
