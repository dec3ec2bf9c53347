import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { RequestOptions } from 'node:https';
import { describe, expect, test } from 'vitest';
import type { Kubeconfig } from '../../core/ports.ts';
import { credentialHeaders, tlsOptions } from './agent.ts';

const place = {
  server: 'https://203.0.113.9:6443',
  ca: 'a CA',
  tlsServerName: 'kubernetes',
  secret: 'shop/kubeconfig',
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('TLS options and headers are those of the official client', () => {
  test.each<[string, Kubeconfig['credential']]>([
    ['a token', { kind: 'token', token: 'k3s.token' }],
    ['a certificate', { kind: 'certificate', certificate: 'a certificate', key: 'a key' }],
  ])('for %s', async (_, credential) => {
    const kubeconfig: Kubeconfig = { ...place, credential };
    const official: RequestOptions & { servername?: string } = {};
    await officialConfig(kubeconfig).applyToHTTPSOptions(official);

    const { ca, servername, rejectUnauthorized, ...own } = tlsOptions(kubeconfig);
    expect({ ca, servername, cert: own.cert, key: own.key }).toEqual({
      ca: textOf(official.ca),
      servername: official.servername,
      cert: textOf(official.cert),
      key: textOf(official.key),
    });
    expect(official.rejectUnauthorized ?? true).toBe(rejectUnauthorized);
    expect(credentialHeaders(kubeconfig)).toEqual(official.headers);
    expect(official.auth).toBeUndefined();
  });
});

function officialConfig({ server, ca, tlsServerName, credential }: Kubeconfig): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'cluster', server, caData: base64(ca), tlsServerName, skipTLSVerify: false },
    credential.kind === 'token'
      ? { name: 'user', token: credential.token }
      : { name: 'user', certData: base64(credential.certificate), keyData: base64(credential.key) },
  );
  return config;
}

function textOf(pem: unknown): string | undefined {
  return Buffer.isBuffer(pem) ? pem.toString() : undefined;
}
