import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitUntil } from '../host/daemon.ts';
import { run } from '../host/run.ts';
import { openWorkspace, type Workspace } from '../host/workspace.ts';
import { startRegistry, type Credentials, type Registry } from '../registry/registry.ts';
import { kubernetesBinary } from '../setup/kubernetes.mjs';
import { createProgress } from '../setup/progress.mjs';
import { cluster, isNodeReady, isPodReady, type Cluster, type Pod } from './fixtures/cluster.ts';
import { programOf } from './fixtures/remains.ts';
import { createMachine } from './machine.ts';
import { openNetwork } from './network.ts';
import { PAUSE_IMAGE, pauseImage } from './pause.ts';

const PODS = '/api/v1/namespaces/default/pods';
const patience = { timeoutMs: 90_000, everyMs: 100 };

let workspace: Workspace;
let registry: Registry;
let api: Cluster;
let image: string;

beforeAll(async () => {
  workspace = await openWorkspace();
  const network = await openNetwork(workspace);
  registry = await startRegistry(workspace, { address: network.gateway });
  const machine = await createMachine(workspace, network, {
    kubernetes: await kubernetesBinary(createProgress()),
    pauseImage: await pauseImage(),
    registry,
  });
  const address = network.nextPublicIp();
  await machine.powerOn(address);
  api = cluster(machine.kubeconfig, address);
  await waitUntil('The node', () => isNodeReady(api, machine.nodeName), patience);
  const account = async () => (await api.get('/api/v1/namespaces/default/serviceaccounts/default')) !== undefined;
  await waitUntil('The service account', account, patience);
  image = `${registry.host}/team/private:1`;
  await push(image);
});

afterAll(async () => {
  await registry.stop();
  await workspace.close();
});

/** Sends the pause image to the registry under another name, and forgets that name on the node. */
async function push(name: string): Promise<void> {
  const target = `--target=${programOf(workspace.slot)}`;
  const images = ['--mount', '--net', target, 'ctr', '--namespace', 'k8s.io', 'images'];
  const { username, password } = registry.push;
  await run('nsenter', [...images, 'tag', PAUSE_IMAGE, name]);
  await run('nsenter', [...images, 'push', '--tlscacert', registry.caFile, '--user', `${username}:${password}`, name]);
  await run('nsenter', [...images, 'remove', name]);
}

async function createSecret(name: string, { username, password }: Credentials): Promise<void> {
  const auths = { [registry.host]: { username, password } };
  await api.create('/api/v1/namespaces/default/secrets', {
    metadata: { name },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
  });
}

function createPod(name: string, secrets: string[]): Promise<void> {
  const imagePullSecrets = secrets.map((secret) => ({ name: secret }));
  const containers = [{ name: 'main', image, imagePullPolicy: 'Always' }];
  return api.create(PODS, { metadata: { name }, spec: { imagePullSecrets, containers } });
}

/** Why the container does not run, as `kubectl describe` tells it. */
async function waitingMessage(name: string): Promise<string | undefined> {
  type Waiting = Pod & {
    status: { containerStatuses?: { state?: { waiting?: { reason: string; message?: string } } }[] };
  };
  const pod = await api.get<Waiting>(`${PODS}/${name}`);
  const waiting = pod.status.containerStatuses?.[0]?.state?.waiting;
  return waiting?.reason === 'ErrImagePull' ? waiting.message : undefined;
}

test('a private image is pulled over verified TLS with the pull secret', async () => {
  await createSecret('pull', registry.pull);
  await createPod('with-secret', ['pull']);
  await waitUntil('The pod', async () => isPodReady(await api.get<Pod>(`${PODS}/with-secret`)), patience);
  expect(await waitingMessage('with-secret')).toBeUndefined();
});

test('without a secret the registry refuses, and the pod tells so', async () => {
  await createPod('without-secret', []);
  let message: string | undefined;
  await waitUntil(
    'The refusal',
    async () => (message = await waitingMessage('without-secret')) !== undefined,
    patience,
  );
  expect(message).toMatch(/401 Unauthorized|authorization failed/);
});
