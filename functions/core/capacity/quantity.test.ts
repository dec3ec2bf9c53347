import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeAmount, parseQuantity } from './quantity.ts';

const MOST = (2n ** 63n - 1n) * 1_000n;

describe('parseQuantity', () => {
  test.each([
    ['0', 0n],
    [0, 0n],
    ['1', 1_000n],
    [2, 2_000n],
    [0.5, 500n],
    ['250m', 250n],
    ['0.1', 100n],
    ['.5', 500n],
    ['5.', 5_000n],
    ['+1', 1_000n],
    ['-1.5', -1_500n],
    ['1k', 1_000_000n],
    ['1Ki', 1_024_000n],
    ['128Mi', 128n * 2n ** 20n * 1_000n],
    ['1.5Gi', 1_536n * 2n ** 20n * 1_000n],
    ['1M', 10n ** 9n],
    ['1G', 10n ** 12n],
    ['1T', 10n ** 15n],
    ['1P', 10n ** 18n],
    ['1E', 10n ** 21n],
    ['1Ti', 2n ** 40n * 1_000n],
    ['1Pi', 2n ** 50n * 1_000n],
    ['1Ei', 2n ** 60n * 1_000n],
    ['1E3', 1_000_000n],
    ['1e3', 1_000_000n],
    ['1e-3', 1n],
    ['12e+1', 120_000n],
    // What is less than a thousandth counts as one, as in Kubernetes.
    ['1u', 1n],
    ['1n', 1n],
    ['1000001u', 1_001n],
    ['1e-999999999', 1n],
    ['0e999999999', 0n],
    // Nothing counts for more than this.
    ['8Ei', MOST],
    ['1e999999999', MOST],
    ['9223372036854775807', MOST],
    ['9223372036854775808', MOST],
  ])('%s', (text, amount) => {
    expect(parseQuantity(text)).toBe(amount);
  });

  test.each([
    '',
    ' ',
    '.',
    '-',
    'Mi',
    '1 Mi',
    '1mi',
    '1KI',
    '1K',
    '1e',
    '1E+',
    '1.2.3',
    '1Mib',
    '0x10',
    'NaN',
    '1'.repeat(65),
  ])('%j is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  test.each([undefined, null, true, {}, [], Number.NaN, Infinity])('%j is none', (value) => {
    expect(parseQuantity(value)).toBeUndefined();
  });

  test('answers for any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['bigint', 'undefined']).toContain(typeof parseQuantity(text));
      }),
    );
  });

  test('whole numbers keep their order and their sums, whatever the suffix', () => {
    const suffix = fc.constantFrom(['', 1n], ['k', 10n ** 3n], ['Ki', 2n ** 10n], ['Mi', 2n ** 20n], ['G', 10n ** 9n]);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 6n }), suffix, (number, [text, factor]) => {
        expect(parseQuantity(`${number}${text}`)).toBe(number * factor * 1_000n);
      }),
    );
  });

  test('decimals are exact', () => {
    fc.assert(
      fc.property(fc.nat(10 ** 9), fc.nat(999), (whole, thousandths) => {
        const text = `${whole}.${String(thousandths).padStart(3, '0')}`;
        expect(parseQuantity(text)).toBe(BigInt(whole) * 1_000n + BigInt(thousandths));
      }),
    );
  });
});

describe('describeAmount', () => {
  test.each([
    ['memory', '512Mi', 'down', '512Mi'],
    ['memory', '2040109465', 'down', '1.8Gi'],
    ['memory', '2040109466', 'up', '2Gi'],
    ['memory', '1Gi', 'down', '1Gi'],
    ['memory', '300.9Mi', 'down', '300Mi'],
    ['memory', '300.1Mi', 'up', '301Mi'],
    ['memory', '100Ki', 'up', '100Ki'],
    ['memory', '100', 'up', '1Ki'],
    ['memory', '0', 'up', '0'],
    ['memory', '-64Mi', 'down', '-64Mi'],
    ['memory', '1e999', 'down', '8388607.9Ti'],
    ['ephemeral-storage', '10G', 'down', '9.3Gi'],
    ['cpu', '2', 'down', '2'],
    ['cpu', '1.25', 'down', '1250m'],
    ['pods', '110', 'down', '110'],
  ] as const)('%s %s, rounded %s: %s', (resource, quantity, round, text) => {
    expect(describeAmount(resource, parseQuantity(quantity) ?? 0n, round)).toBe(text);
  });

  test('what it writes of whole Mi can be written into a manifest and means the same', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 1_023n }), (mebibytes) => {
        const amount = mebibytes * 2n ** 20n * 1_000n;
        expect(parseQuantity(describeAmount('memory', amount, 'down'))).toBe(amount);
      }),
    );
  });
});
