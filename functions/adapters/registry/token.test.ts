import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readToken } from './token.ts';

const ASKED = new Date('2026-01-01T00:00:00Z');
const read = (answer: unknown) =>
  readToken(Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)), ASKED);
/** Seconds from when it was asked for. */
const lives = (answer: object): number | undefined => {
  const until = read({ token: 't', ...answer })?.until;
  return until === undefined ? undefined : (until - ASKED.getTime()) / 1_000;
};

describe('the token', () => {
  test.each<[unknown, string]>([
    [{ token: 't0k3n' }, 'Bearer t0k3n'],
    [{ access_token: 'acc355' }, 'Bearer acc355'],
    [{ token: 't0k3n', access_token: 'acc355' }, 'Bearer t0k3n'],
    [{ token: '', access_token: 'acc355' }, 'Bearer acc355'],
    [{ token: 't0k3n', refresh_token: 'r', expires_in: 'soon', issued_at: {} }, 'Bearer t0k3n'],
  ])('of %j is %s', (answer, header) => {
    expect(read(answer)?.header).toBe(header);
  });

  test.each<unknown>([
    '',
    '<html>',
    'null',
    [],
    {},
    { token: '' },
    { token: 7 },
    { token: 'two words' },
    { token: 'two\nlines' },
    { token: 'Zürich' },
    { refresh_token: 'r' },
  ])('there is none in %j', (answer) => {
    expect(read(answer)).toBeUndefined();
  });
});

describe('how long it serves others, with ten seconds to spare', () => {
  test.each<[string, object, number]>([
    ['a minute unless it says so', {}, 50],
    ['as long as it says', { expires_in: 120 }, 110],
    ['not longer than five minutes', { expires_in: 86_400 }, 290],
    ['not longer when that is absurd', { expires_in: 1e300 }, 290],
    ['not at all when it is short', { expires_in: 5 }, 0],
    ['not at all when it is over at once', { expires_in: 0 }, 0],
    ['not at all when it is negative', { expires_in: -300 }, 0],
    ['not at all when it is a text', { expires_in: '300' }, 0],
    ['not at all when it is null', { expires_in: null }, 0],
    ['from when it was issued', { expires_in: 120, issued_at: '2025-12-31T23:59:00Z' }, 50],
    ['with another offset', { expires_in: 120, issued_at: '2026-01-01T01:59:00.5+02:00' }, 50.5],
    ['not at all when that is long ago', { expires_in: 120, issued_at: '1970-01-01T00:00:00Z' }, -1_767_225_490],
    ['from now when it is issued in the future', { expires_in: 120, issued_at: '2027-01-01T00:00:00Z' }, 110],
    ['from now when that is no moment', { expires_in: 120, issued_at: '2026-13-01T00:00:00Z' }, 110],
    ['from now when that is a word', { expires_in: 120, issued_at: 'May 5' }, 110],
    ['from now when that is a number', { expires_in: 120, issued_at: 0 }, 110],
  ])('%s', (_, answer, seconds) => {
    expect(lives(answer)).toBe(seconds);
  });

  test('infinite is five minutes', () => {
    expect(read('{"token":"t","expires_in":1e999}')?.until).toBe(ASKED.getTime() + 290_000);
  });

  test('never beyond five minutes from now, nor beyond what the service says', () => {
    const anything = fc.oneof(fc.double(), fc.jsonValue(), fc.constant(undefined));
    const moments = fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(anything, moments, (expires, issued) => {
        const seconds = lives({ expires_in: expires, issued_at: issued });
        expect(seconds).toBeLessThanOrEqual(290);
        const said = typeof expires === 'number' && expires > 0 ? expires : 0;
        expect(seconds).toBeLessThanOrEqual(expires === undefined ? 60 : said);
      }),
    );
  });
});
