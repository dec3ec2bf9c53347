import { beforeEach, expect, test } from 'vitest';
import { memoryAddresses, type MemoryAddresses } from '../../adapters/memory/addresses.ts';
import { memoryClock } from '../../adapters/memory/clock.ts';
import { memoryReleases } from '../../adapters/memory/releases.ts';
import { memorySecrets, type MemorySecrets } from '../../adapters/memory/secrets.ts';
import type { EnvironmentConfig } from '../config.ts';
import type { Releases } from '../ports.ts';
import { testConfig } from '../testing/config.ts';
import { testKubeconfig } from '../testing/kubeconfig.ts';
import { readdress, urlOf } from './readdress.ts';

const config = testConfig().environments['production'] as EnvironmentConfig;
let secrets: MemorySecrets;
let addresses: MemoryAddresses;
let releases: Releases;
let said: string[];
beforeEach(() => {
  secrets = memorySecrets({ 'shop/kubeconfig': testKubeconfig() });
  addresses = memoryAddresses({ secrets });
  releases = memoryReleases();
  said = [];
});

const run = (address: string, launchTime: string, of = config): Promise<void> => {
  const node = { instance: of.node.instance, address, launchTime, started: true };
  const clock = memoryClock('2026-01-01T00:00:00Z');
  return readdress({ addresses, releases, clock }, 'production', of, node, (text) => void said.push(text));
};

test('every place gets the address, and what was written is said', async () => {
  await run('203.0.113.5', '2026-01-01T00:00:00.000Z');
  expect((await releases.head('production')).node).toMatchObject({
    address: '203.0.113.5',
    at: '2026-01-01T00:00:00.000Z',
  });
  expect(addresses.parameters.get('/shop/ip')).toBe('203.0.113.5');
  expect(await secrets.read('shop/kubeconfig')).toContain('server: https://203.0.113.5:6443');
  await run('203.0.113.5', '2026-01-01T00:00:00.000Z');
  expect(said).toEqual(['203.0.113.5 written to /shop/ip and shop/kubeconfig', '203.0.113.5 is current everywhere']);
});

test('without a parameter only the kubeconfig is kept current', async () => {
  await run('203.0.113.5', '2026-01-01T00:00:00.000Z', { ...config, node: { ...config.node, address: {} } });
  expect(said).toEqual(['203.0.113.5 written to shop/kubeconfig']);
  expect(addresses.parameters.size).toBe(0);
});

test('an older boot does not overwrite the record of a newer one', async () => {
  await run('203.0.113.6', '2026-01-02T00:00:00.000Z');
  await run('203.0.113.5', '2026-01-01T00:00:00.000Z');
  expect((await releases.head('production')).node?.address).toBe('203.0.113.6');
});

test.each([
  ['http://{address}:31445', 'http://203.0.113.5:31445'],
  ['https://shop.example.com/', 'https://shop.example.com'],
  ['http://{address}.nip.io/a/{address}', 'http://203.0.113.5.nip.io/a/203.0.113.5'],
])('the URL of %s', (url, expected) => {
  expect(urlOf({ ...config, url }, '203.0.113.5')).toBe(expected);
  const { url: _, ...none } = config;
  expect(urlOf(none, '203.0.113.5')).toBeUndefined();
});
