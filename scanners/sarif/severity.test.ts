import { describe, expect, it, test } from 'vitest';
import { ratingOf, severityOfLevel, worstLevel, worstRating } from './severity.ts';

const rate = (value: unknown): unknown => ratingOf({ 'security-severity': value }, 'a rule');

describe('ratingOf', () => {
  test.each([
    ['10.0', { severity: 'critical', score: 10 }],
    ['9.0', { severity: 'critical', score: 9 }],
    [' 8.9 ', { severity: 'high', score: 8.9 }],
    ['7', { severity: 'high', score: 7 }],
    ['6.9', { severity: 'medium', score: 6.9 }],
    [4, { severity: 'medium', score: 4 }],
    ['0.1', { severity: 'low', score: 0.1 }],
    ['0.0', { severity: 'info', score: 0 }],
    ['95.0', { severity: 'critical' }],
    ['High', { severity: 'high' }],
    ['CRITICAL', { severity: 'critical' }],
    ['moderate', { severity: 'medium' }],
    ['severe', { severity: 'unknown' }],
  ])('reads %j', (value, rating) => {
    expect(rate(value)).toEqual(rating);
  });

  test.each(['undefined', 'null', 'NaN', '', ' ', '-1', '-1.0'])('takes %j for no rating', (value) => {
    expect(rate(value)).toBeUndefined();
  });

  it('has none without a property bag', () => {
    expect([ratingOf(undefined, 'a rule'), ratingOf({ tags: [] }, 'a rule')]).toEqual([undefined, undefined]);
  });

  test.each([[null], [true], [['9.8']], [{ score: 9.8 }]])('does not guess what %j means', (value) => {
    expect(() => rate(value)).toThrow(/security-severity that is neither/);
  });
});

describe('the worst of several', () => {
  it('puts what is not rated right after high', () => {
    const ratings = (['info', 'medium', 'unknown', 'low'] as const).map((severity) => ({ severity }));
    expect(worstRating(ratings)).toEqual({ severity: 'unknown' });
    expect(worstRating([...ratings, { severity: 'high' }])).toEqual({ severity: 'high' });
    expect(worstRating([undefined, undefined])).toBeUndefined();
  });

  it('orders the levels', () => {
    expect(worstLevel(['note', undefined, 'warning', 'none'])).toBe('warning');
    expect(worstLevel([undefined])).toBeUndefined();
    expect(['error', 'warning', 'note', 'none'].map((level) => severityOfLevel(level as 'error'))).toEqual([
      'high',
      'medium',
      'low',
      'info',
    ]);
  });
});
