import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { CertifiedKey } from '../host/certificate.ts';
import { createPki, type Client, type Pki } from './pki.ts';

const DAY_MS = 86_400_000;
let pki: Pki;

beforeAll(async () => {
  pki = await createPki({ name: 'ip-10-0-0-10', privateIp: '10.0.0.10', serviceIp: '10.43.0.1' });
});

test("the API server's certificate names what a k3s node's names, and no public address", () => {
  const names = new X509Certificate(pki.apiServer.certificate).subjectAltName?.split(', ').sort();
  expect(names).toEqual(
    [
      'DNS:kubernetes',
      'DNS:kubernetes.default',
      'DNS:kubernetes.default.svc',
      'DNS:kubernetes.default.svc.cluster.local',
      'DNS:localhost',
      'DNS:ip-10-0-0-10',
      'IP Address:127.0.0.1',
      'IP Address:0:0:0:0:0:0:0:1',
      'IP Address:10.43.0.1',
      'IP Address:10.0.0.10',
    ].sort(),
  );
});

test.each<[Client, string]>([
  ['admin', 'O=system:masters\nCN=system:admin'],
  ['apiServer', 'O=system:masters\nCN=system:apiserver'],
  ['controllerManager', 'CN=system:kube-controller-manager'],
  ['scheduler', 'CN=system:kube-scheduler'],
  ['kubelet', 'O=system:nodes\nCN=system:node:ip-10-0-0-10'],
  ['proxy', 'CN=system:kube-proxy'],
])('client %s is %j, signed by the client authority only', (client, subject) => {
  const certificate = new X509Certificate(pki.clients[client].certificate);
  expect(certificate.subject).toBe(subject);
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(certificate.verify(new X509Certificate(pki.clientCa).publicKey)).toBe(true);
  expect(certificate.verify(new X509Certificate(pki.serverCa).publicKey)).toBe(false);
});

test('servers are signed by the server authority, for servers only', () => {
  for (const { certificate } of [pki.apiServer, pki.kubelet]) {
    const parsed = new X509Certificate(certificate);
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(parsed.verify(new X509Certificate(pki.serverCa).publicKey)).toBe(true);
  }
});

test('each key belongs to its certificate and is written as k3s writes it', () => {
  const pairs: CertifiedKey[] = [pki.apiServer, pki.kubelet, ...Object.values(pki.clients)];
  expect(new Set(pairs.map((pair) => pair.key)).size).toBe(pairs.length);
  for (const { certificate, key } of pairs) {
    expect(key).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/);
    expect(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))).toBe(true);
  }
});

test('the service account keys are a pair', () => {
  const derived = createPublicKey(pki.serviceAccount.privateKey).export({ type: 'spki', format: 'pem' });
  expect(pki.serviceAccount.publicKey).toBe(derived);
});

test('authorities live ten years, leafs one, and both are valid now', () => {
  const days = (pem: string) => {
    const { validFrom, validTo } = new X509Certificate(pem);
    expect(Date.parse(validFrom)).toBeLessThan(Date.now());
    return Math.round((Date.parse(validTo) - Date.now()) / DAY_MS);
  };
  expect([days(pki.serverCa), days(pki.clientCa), days(pki.apiServer.certificate)]).toEqual([3650, 3650, 365]);
});
