import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon, waitUntil } from '../../../sandbox/host/daemon.ts';
import { freePort } from '../../../sandbox/host/port.ts';
import { openWorkspace } from '../../../sandbox/host/workspace.ts';
import { createAuthority, issue, type Authority, type Issued } from '../../../sandbox/host/certificate.ts';
import { kubernetesBinary } from '../../../sandbox/setup/kubernetes.mjs';
import { createProgress } from '../../../sandbox/setup/progress.mjs';
import type { Kubeconfig } from '../../core/ports.ts';
import { connectCluster } from '../cluster.ts';

export interface ApiServer {
  readonly port: number;
  readonly authority: Authority;
  /** With every right (group system:masters). */
  readonly admin: Kubeconfig;
  /** A user by client certificate, with no rights of its own. */
  readonly stranger: Kubeconfig;
  stop(): Promise<void>;
}

const ADMIN_TOKEN = 'contract-admin-token';

/**
 * A real API server on etcd, without a node: what it stores and answers is Kubernetes', but no controller runs.
 * Its certificate names `kubernetes` only, as a k3s node's does for whoever comes by a public IP.
 */
export async function startApiServer(): Promise<ApiServer> {
  const workspace = await openWorkspace();
  try {
    const binary = await kubernetesBinary(createProgress());
    const [port, etcdPort, peerPort] = await Promise.all([freePort(), freePort(), freePort()]);
    const authority = await createAuthority('contract-ca');
    const serving = await issue(authority, 'kube-apiserver', ['kubernetes', 'kubernetes.default', 'localhost']);
    const user = await issue(authority, 'stranger', []);
    const file = writer(join(workspace.dir, 'pki'));
    const servingCertificate = file('serving.crt', serving.certificate);
    const servingKey = file('serving.key', serving.key);

    // The binary acts by the name it is called by.
    const commands = ['etcd', 'kube-apiserver'].map((name) => join(workspace.dir, name));
    for (const command of commands) symlinkSync(binary, command);
    const [etcdCommand = '', apiserverCommand = ''] = commands;

    const etcdUrl = `http://127.0.0.1:${etcdPort}`;
    const peerUrl = `http://127.0.0.1:${peerPort}`;
    startDaemon(workspace, {
      name: 'etcd.out',
      command: etcdCommand,
      args: [
        `--data-dir=${join(workspace.dir, 'data')}`,
        `--listen-client-urls=${etcdUrl}`,
        `--advertise-client-urls=${etcdUrl}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=default=${peerUrl}`,
        '--unsafe-no-fsync',
      ],
    });
    const daemon = startDaemon(workspace, {
      name: 'kube-apiserver.out',
      command: apiserverCommand,
      args: [
        `--etcd-servers=${etcdUrl}`,
        '--bind-address=127.0.0.1',
        `--secure-port=${port}`,
        '--service-cluster-ip-range=10.43.0.0/24',
        '--authorization-mode=RBAC',
        '--anonymous-auth=false',
        '--disable-admission-plugins=ServiceAccount',
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${servingCertificate}`,
        `--service-account-signing-key-file=${servingKey}`,
        `--client-ca-file=${file('ca.crt', authority.pem)}`,
        `--tls-cert-file=${servingCertificate}`,
        `--tls-private-key-file=${servingKey}`,
        `--token-auth-file=${file('tokens.csv', `${ADMIN_TOKEN},admin,admin,system:masters\n`)}`,
      ],
    });

    const admin = kubeconfig(port, authority, { kind: 'token', token: ADMIN_TOKEN });
    const cluster = connectCluster(admin, '127.0.0.1');
    const isReady = async () => (await cluster.ready(AbortSignal.timeout(2_000))) !== undefined;
    await waitUntil('kube-apiserver', isReady, { timeoutMs: 60_000, daemon });
    await cluster.close();
    return {
      port,
      authority,
      admin,
      stranger: kubeconfig(port, authority, certificateOf(user)),
      stop: async () => void (await workspace.close()),
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

function kubeconfig(port: number, { pem }: Authority, credential: Kubeconfig['credential']): Kubeconfig {
  const server = `https://127.0.0.1:${port}`;
  return { server, ca: pem, tlsServerName: 'kubernetes', credential, secret: 'shop/kubeconfig' };
}

function certificateOf({ certificate, key }: Issued): Kubeconfig['credential'] {
  return { kind: 'certificate', certificate, key };
}

function writer(dir: string): (name: string, text: string) => string {
  mkdirSync(dir, { recursive: true });
  return (name, text) => {
    const path = join(dir, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
}
