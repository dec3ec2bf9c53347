import { createAuthority, createKeyPair, issueClient, issueServer, type CertifiedKey } from '../host/certificate.ts';

export interface Pki {
  /** What clients trust, PEM. */
  readonly serverCa: string;
  /** What the API server and the kubelet accept clients of, PEM. */
  readonly clientCa: string;
  readonly apiServer: CertifiedKey;
  readonly kubelet: CertifiedKey;
  readonly clients: Readonly<Record<Client, CertifiedKey>>;
  /** Signs and checks service account tokens, PEM. */
  readonly serviceAccount: { publicKey: string; privateKey: string };
}

export type Client = 'admin' | 'apiServer' | 'controllerManager' | 'scheduler' | 'kubelet' | 'proxy';

export interface NodeIdentity {
  /** Name of the node and of its host, e.g. `ip-10-0-0-10`. */
  name: string;
  /** Address inside the VPC; the only one of its own that an EC2 instance knows. */
  privateIp: string;
  /** The first address of the service range: service `kubernetes`. */
  serviceIp: string;
}

/**
 * Everything a k3s server makes at its first start: two authorities, certificates for servers and clients, a signing key.
 * The API server's certificate never names the public IP: EC2 translates that address outside the machine, so k3s
 * has no way to know it.
 */
export async function createPki(node: NodeIdentity): Promise<Pki> {
  const epoch = Math.floor(Date.now() / 1000);
  const [server, client] = await Promise.all([
    createAuthority(`k3s-server-ca@${epoch}`),
    createAuthority(`k3s-client-ca@${epoch}`),
  ]);
  const user = (commonName: string, ...organizations: string[]) => issueClient(client, { commonName, organizations });
  const [apiServer, kubelet, admin, apiClient, controllerManager, scheduler, nodeClient, proxy, serviceAccount] =
    await Promise.all([
      issueServer(server, { commonName: 'k3s', organizations: ['k3s'] }, apiServerNames(node)),
      issueServer(server, { commonName: node.name }, [node.name, 'localhost', '127.0.0.1', node.privateIp]),
      user('system:admin', 'system:masters'),
      user('system:apiserver', 'system:masters'),
      user('system:kube-controller-manager'),
      user('system:kube-scheduler'),
      user(`system:node:${node.name}`, 'system:nodes'),
      user('system:kube-proxy'),
      createKeyPair(),
    ]);
  return {
    serverCa: server.pem,
    clientCa: client.pem,
    apiServer,
    kubelet,
    clients: { admin, apiServer: apiClient, controllerManager, scheduler, kubelet: nodeClient, proxy },
    serviceAccount,
  };
}

/** The names that k3s puts into its serving certificate when `tls-san` is not set. */
function apiServerNames(node: NodeIdentity): string[] {
  return [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
    'localhost',
    node.name,
    '127.0.0.1',
    '::1',
    node.serviceIp,
    node.privateIp,
  ];
}
