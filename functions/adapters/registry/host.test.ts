import { expect, test } from 'vitest';
import { isLoopback, leadsInside } from './host.ts';

test.each([
  ['https://127.0.0.1:5000', true],
  ['https://127.1', true],
  ['https://127.255.255.254/v2/', true],
  ['https://[::1]:5000', true],
  ['https://localhost:5000', true],
  ['https://LOCALHOST', true],
  ['https://128.0.0.1', false],
  ['https://10.0.0.1', false],
  ['https://[::2]', false],
  ['https://[::ffff:127.0.0.1]', false],
  ['https://localhost.example.org', false],
  ['https://127.0.0.1.example.org', false],
  ['https://notlocalhost', false],
])('%s is on this machine: %s', (url, expected) => {
  expect(isLoopback(new URL(url))).toBe(expected);
});

const INSIDE = [
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://0.0.0.0/',
  'https://0/',
  'https://169.254.169.254/latest/meta-data/',
  'https://169.254.170.2/',
  'https://[::1]/',
  'https://[::]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:169.254.169.254]/',
  'https://[fe80::1]/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://token.localhost/',
  'https://127.0.0.1./',
];
const OUTSIDE = [
  'https://ghcr.io/',
  'https://10.0.0.1:5000/',
  'https://192.168.0.1/',
  'https://[fd00::1]/',
  'https://[2001:db8::1]/',
  'https://128.0.0.1/',
  'https://169.253.0.1/',
  'https://localhost.example.org/',
  'https://mylocalhost/',
];

test.each(INSIDE)('nobody out there leads to %s', (url) => {
  for (const from of OUTSIDE) expect(leadsInside(new URL(from), new URL(url))).toBe(true);
  for (const from of INSIDE) expect(leadsInside(new URL(from), new URL(url))).toBe(false);
});

test.each(OUTSIDE)('everybody leads to %s', (url) => {
  for (const from of [...INSIDE, ...OUTSIDE]) expect(leadsInside(new URL(from), new URL(url))).toBe(false);
});
