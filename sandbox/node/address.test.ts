import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cidrOf, gatewayOf, overlaps, publicIps, type Subnet } from './address.ts';

const subnet: fc.Arbitrary<Subnet> = fc.record({
  net: fc.constantFrom('203.0.113', '198.51.100', '192.0.2'),
  base: fc.constantFrom(0, 32, 64, 128, 192, 224),
});

function take(count: number, of: Subnet): string[] {
  const addresses = publicIps(of);
  return Array.from({ length: count }, () => addresses.next().value);
}

test('each public IP is a host address of the subnet, never the gateway, and another than the one before', () => {
  fc.assert(
    fc.property(subnet, fc.integer({ min: 2, max: 300 }), (of, count) => {
      const addresses = take(count, of);
      for (const [index, address] of addresses.entries()) {
        const host = Number(address.split('.')[3]);
        expect(address.startsWith(`${of.net}.`)).toBe(true);
        expect(host).toBeGreaterThan(of.base);
        expect(host).toBeLessThan(of.base + 31);
        expect(address).not.toBe(gatewayOf(of));
        expect(address).not.toBe(addresses[index - 1]);
      }
    }),
  );
});

test('every address is used before one comes again', () => {
  fc.assert(
    fc.property(subnet, (of) => {
      expect(new Set(take(29, of)).size).toBe(29);
      expect(take(30, of).at(-1)).toBe(take(1, of)[0]);
    }),
  );
});

test('the gateway is the first host of the subnet', () => {
  expect(gatewayOf({ net: '203.0.113', base: 64 })).toBe('203.0.113.65');
  expect(cidrOf({ net: '203.0.113', base: 64 })).toBe('203.0.113.64/27');
});

test.each([
  ['192.0.2.0/26', '192.0.2.0/24', true],
  ['192.0.2.64/26', '192.0.2.0/24', true],
  ['192.0.2.0/26', '192.0.2.64/26', false],
  ['203.0.113.0/26', '203.0.113.63', true],
  ['203.0.113.0/26', '203.0.113.64', false],
  ['203.0.113.0/26', '0.0.0.0/0', true],
  ['198.51.100.0/26', '10.0.0.0/8', false],
])('%s and %s overlap: %s', (a, b, expected) => {
  expect(overlaps(a, b)).toBe(expected);
  expect(overlaps(b, a)).toBe(expected);
});
