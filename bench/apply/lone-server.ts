import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiServer, type ApiServer } from '../../functions/adapters/contract/apiserver.ts';
import { run } from '../../sandbox/host/run.ts';
import type { Progress } from '../../sandbox/setup/progress.mjs';
import { bundleHawser } from './bundle.ts';
import { contenders, type Contender } from './contender.ts';
import type { Measured } from './measure.ts';
import { countRequests } from './requests.ts';
import { writeSet, type Document } from './sets.ts';
import { peers } from './tools.ts';

export interface LoneServer {
  tools: Contender[];
  /** A new namespace, for one tool in one round. */
  namespace(name: string): Promise<void>;
  /** Deploys the documents and counts the requests that it takes. */
  deploy(tool: Contender, documents: readonly Document[], namespace: string): Promise<Sample>;
}

export interface Sample extends Measured {
  requests: number;
}

/** An API server that nobody else uses, with the four tools to deploy to it. There are no controllers: nothing is waited for. */
export async function withLoneServer<T>(progress: Progress, use: (server: LoneServer) => Promise<T>): Promise<T> {
  const { kubectl, helm, kapp } = await peers(progress);
  const home = mkdtempSync(join(tmpdir(), 'hawser-bench-'));
  const server = await startApiServer();
  try {
    const kubeconfig = join(home, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigOf(server), { mode: 0o600 });
    const hawser = await bundleHawser(home);
    const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig };
    let sets = 0;
    return await use({
      tools: contenders({ kubeconfig, address: '127.0.0.1', kubectl, helm, kapp, hawser, home }),
      async namespace(name) {
        await run(kubectl, ['create', 'namespace', name], { env });
      },
      async deploy(tool, documents, namespace) {
        const folder = join(home, `set-${sets++}`);
        mkdirSync(folder);
        const files = writeSet(folder, documents);
        const { result, requests } = await countRequests(kubectl, env, () => tool.deploy(files, namespace));
        return { ...result, requests };
      },
    });
  } finally {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

function kubeconfigOf({ port, admin }: ApiServer): string {
  const token = admin.credential.kind === 'token' ? admin.credential.token : '';
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    'tls-server-name': admin.tlsServerName,
    'certificate-authority-data': Buffer.from(admin.ca).toString('base64'),
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'default',
    clusters: [{ name: 'default', cluster }],
    users: [{ name: 'default', user: { token } }],
    contexts: [{ name: 'default', context: { cluster: 'default', user: 'default' } }],
  });
}
