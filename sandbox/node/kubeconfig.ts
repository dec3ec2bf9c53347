import type { CertifiedKey } from '../host/certificate.ts';
import type { Pki } from './pki.ts';

export interface KubeconfigOptions {
  /** URL of the API server. */
  server: string;
  /** The authority to trust, PEM. */
  ca: string;
  client: CertifiedKey;
  /** The name to ask for in TLS, where the address is not in the certificate. */
  tlsServerName?: string;
}

/** What `/etc/rancher/k3s/k3s.yaml` holds on a node: admin of the cluster, and an address that works on the node alone. */
export function k3sKubeconfig(pki: Pki): string {
  return kubeconfig({ server: 'https://127.0.0.1:6443', ca: pki.serverCa, client: pki.clients.admin });
}

/** A kubeconfig (YAML) with embedded credentials, in the key order and with the names (`default`) that k3s uses. */
export function kubeconfig({ server, ca, client, tlsServerName }: KubeconfigOptions): string {
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64(ca)}
    server: ${server}
${tlsServerName === undefined ? '' : `    tls-server-name: ${tlsServerName}\n`}  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
kind: Config
preferences: {}
users:
- name: default
  user:
    client-certificate-data: ${base64(client.certificate)}
    client-key-data: ${base64(client.key)}
`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
