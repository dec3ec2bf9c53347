import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { k3sKubeconfig, kubeconfig } from './kubeconfig.ts';
import { createPki } from './pki.ts';

test('has the keys, the order and the names of k3s.yaml, with the admin embedded', async () => {
  const pki = await createPki({ name: 'ip-10-0-0-10', privateIp: '10.0.0.10', serviceIp: '10.43.0.1' });
  const text = k3sKubeconfig(pki);
  const base64 = (pem: string) => Buffer.from(pem).toString('base64');
  const { certificate, key } = pki.clients.admin;
  expect(load(text)).toEqual({
    apiVersion: 'v1',
    clusters: [
      {
        cluster: { 'certificate-authority-data': base64(pki.serverCa), server: 'https://127.0.0.1:6443' },
        name: 'default',
      },
    ],
    contexts: [{ context: { cluster: 'default', user: 'default' }, name: 'default' }],
    'current-context': 'default',
    kind: 'Config',
    preferences: {},
    users: [
      { name: 'default', user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key) } },
    ],
  });
  expect([...text.matchAll(/^\S[^:]*/gm)].map(String).filter((line) => !line.startsWith('-'))).toEqual([
    'apiVersion',
    'clusters',
    'contexts',
    'current-context',
    'kind',
    'preferences',
    'users',
  ]);
});

test('names the TLS server where it is told to', () => {
  const client = { certificate: 'certificate', key: 'key' };
  const text = kubeconfig({ server: 'https://203.0.113.2:6443', ca: 'ca', client, tlsServerName: 'kubernetes' });
  const { clusters } = load(text) as { clusters: { cluster: Record<string, string> }[] };
  expect(clusters[0]?.cluster).toMatchObject({ server: 'https://203.0.113.2:6443', 'tls-server-name': 'kubernetes' });
});
