import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseKubeconfig } from '../../core/kubeconfig/kubeconfig.ts';
import type { Addresses, Secrets } from '../../core/ports.ts';
import { createAuthority } from '../../../sandbox/host/certificate.ts';
import { freshName } from './samples.ts';

export interface AddressesHarness {
  addresses: Addresses;
  secrets: Secrets;
  /** Stores a new secret. */
  store(name: string, value: string): Promise<void>;
  parameter(name: string): Promise<string | undefined>;
}

/** What every publisher of addresses does. */
export function addressesContract(name: string, make: () => Promise<AddressesHarness>): void {
  describe(`addresses: ${name}`, () => {
    let harness: AddressesHarness;
    let kubeconfig: string;

    beforeAll(async () => {
      kubeconfig = kubeconfigWith((await createAuthority('k3s-server-ca')).pem);
    });

    beforeEach(async () => {
      harness = await make();
    });

    test('an SSM parameter is made, changed, and left alone when it is current', async () => {
      const place = { kind: 'ssm-parameter', name: `/${freshName('shop')}/ip` } as const;
      expect(await harness.addresses.publish(place, '203.0.113.7')).toEqual({ changed: true });
      expect(await harness.parameter(place.name)).toBe('203.0.113.7');
      expect(await harness.addresses.publish(place, '203.0.113.7')).toEqual({ changed: false });
      expect(await harness.addresses.publish(place, '203.0.113.8')).toEqual({ changed: true });
      expect(await harness.parameter(place.name)).toBe('203.0.113.8');
    });

    test('a kubeconfig gets the address as host and keeps its port, its name for TLS and its credential', async () => {
      const place = { kind: 'kubeconfig-secret', name: freshName('shop/kubeconfig') } as const;
      await harness.store(place.name, kubeconfig);
      const before = parseKubeconfig(kubeconfig, place.name);
      expect(await harness.addresses.publish(place, '203.0.113.7')).toEqual({ changed: true });
      const after = parseKubeconfig(await harness.secrets.read(place.name), place.name);
      expect(after).toEqual({ ...before, server: 'https://203.0.113.7:6443' });

      expect(await harness.addresses.publish(place, '203.0.113.7')).toEqual({ changed: false });
      expect(await harness.secrets.versions(place.name, { fresh: true })).toHaveLength(2);
      expect((await harness.secrets.versions(place.name, { fresh: true }))[1]).toBe(kubeconfig);
    });

    test('a missing or broken kubeconfig is named, and stays as it is', async () => {
      const missing = freshName('shop/none');
      const publish = (secret: string) =>
        harness.addresses.publish({ kind: 'kubeconfig-secret', name: secret }, '203.0.113.7');
      await expect(publish(missing)).rejects.toMatchObject({ code: 'SecretMissing' });
      const broken = freshName('shop/broken');
      await harness.store(broken, 'apiVersion: v1\nkind: Config\n');
      await expect(publish(broken)).rejects.toMatchObject({
        code: 'KubeconfigInvalid',
        message: expect.stringContaining(broken),
      });
      expect(await harness.secrets.read(broken, { fresh: true })).toBe('apiVersion: v1\nkind: Config\n');
    });
  });
}

/** As k3s writes it, but with a token, and with a comment as people leave them. */
function kubeconfigWith(ca: string): string {
  return `apiVersion: v1
kind: Config
# fetched from the node
clusters:
- name: default
  cluster:
    server: https://127.0.0.1:6443
    certificate-authority-data: ${Buffer.from(ca).toString('base64')}
users:
- name: default
  user:
    token: an-example-token
contexts:
- name: default
  context:
    cluster: default
    user: default
current-context: default
`;
}
