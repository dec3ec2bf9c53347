import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeInstancesCommand, EC2Client, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clientConfig } from '../aws/client.ts';
import { waitUntil } from '../host/daemon.ts';
import { cluster, type Cluster } from '../node/fixtures/cluster.ts';
import { startSandbox, type Sandbox } from '../sandbox.ts';
import { prepareAll } from '../setup/prepare.ts';
import { createProgress } from '../setup/progress.mjs';
import { announce, askFunction, follow, ship, type Answer, type Shipped } from '../ship.ts';

/** The checkout that is under test. */
export const REPO = join(import.meta.dirname, '../..');
export const NODE_PORT = 31_445;
const patience = { timeoutMs: 60_000, everyMs: 100 };
/** What GitHub shows of a release that goes on. */
const OPEN_STATES: readonly (string | undefined)[] = [undefined, 'queued', 'pending', 'in_progress'];

/** A whole sandbox without a word on the terminal; the node is a real one, or this fails. */
export async function openSandbox(options: { driftEvery?: string } = {}): Promise<Sandbox> {
  const progress = createProgress({ out: { write: () => undefined } });
  const sandbox = await startSandbox({ repo: REPO, preparation: prepareAll({ progress }), progress, ...options });
  if (sandbox.mode === 'node') return sandbox;
  await sandbox.stop();
  throw new Error('These tests need root and a real node: pods have to run.');
}

/** Ships a commit, announces it as GitHub does, and follows the release until its function has ended. */
export async function deliverRevision(
  sandbox: Sandbox,
  commit: Parameters<typeof ship>[2],
): Promise<Shipped & { answer: Answer; release: string }> {
  const shipped = await ship(sandbox, REPO, commit);
  return { ...shipped, ...(await announceAndFollow(sandbox, shipped)) };
}

export async function announceAndFollow(
  sandbox: Sandbox,
  shipped: Pick<Shipped, 'payload'>,
): Promise<{ answer: Answer; release: string }> {
  const { status, body, releases } = await announce(sandbox, shipped);
  const [release] = releases;
  if (release === undefined) throw new Error(`The webhook queued nothing: ${status} ${body}`);
  return { release, answer: await followToEnd(sandbox, release) };
}

/**
 * Follows a release until its function has ended, too: only when the record is closed it tells GitHub the end, and gives the lock
 * back if it has it still.
 */
export async function followToEnd(sandbox: Sandbox, release: string): Promise<Answer> {
  const answer = await follow(sandbox, release, () => undefined);
  const isTold = (): boolean =>
    sandbox.github
      .deployments()
      .filter(({ payload }) => (Object(payload) as { release?: string }).release === release)
      .some(({ statuses }) => !OPEN_STATES.includes(statuses.at(-1)?.state));
  const isFree = async (): Promise<boolean> =>
    (await tableItems(sandbox))['lock#production lock']?.['holder'] !== release;
  await waitUntil(`The end of the function for ${release}`, async () => isTold() && (await isFree()), patience);
  return answer;
}

/** `outcome: sentence`, so that a failed expectation shows why it ended so. */
export function ended({ release, summary }: Answer): string {
  return `${release?.outcome ?? 'open'}: ${summary}`;
}

/**
 * What answers at the address: the revision, or the code of the network's error. A connection of its own each time: one that is
 * kept alive goes on to talk to the pod that ends. The kernel needs three seconds to find out that nobody has an address.
 */
export function revisionAt(address: string): Promise<string> {
  return new Promise((resolve) => {
    const options = { host: address, port: NODE_PORT, path: '/version', agent: false, timeout: 15_000 };
    const asked = request(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? String(answer.headers['x-revision']) : `status ${answer.statusCode}`);
    });
    asked.on('timeout', () => asked.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end();
  });
}

/** Waits until the revision answers: for a moment after a rollout kube-proxy may still lead to the pod that ends. */
export async function expectRevision(address: string | undefined, revision: string): Promise<void> {
  let seen = '';
  const answers = async (): Promise<boolean> => (seen = await revisionAt(address ?? '')) === revision;
  const problem = () => new Error(`http://${address}:${NODE_PORT} answers with ${seen}, not with ${revision}.`);
  await waitUntil('The revision', answers, patience).catch(() => Promise.reject(problem()));
}

interface InstanceNow {
  state: string;
  address: string | undefined;
}

/** What EC2 says of the sandbox's instance. */
export async function instanceNow(sandbox: Sandbox): Promise<InstanceNow> {
  const ec2 = new EC2Client(clientConfig(sandbox.aws.endpoint));
  try {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [sandbox.aws.instanceId] }));
    const instance = Reservations?.[0]?.Instances?.[0];
    return { state: instance?.State?.Name ?? '', address: instance?.PublicIpAddress };
  } finally {
    ec2.destroy();
  }
}

/** Stops the instance by EC2's API, as a person who saves money does. */
export async function stopInstance(sandbox: Sandbox): Promise<void> {
  const ec2 = new EC2Client(clientConfig(sandbox.aws.endpoint));
  try {
    await ec2.send(new StopInstancesCommand({ InstanceIds: [sandbox.aws.instanceId] }));
  } finally {
    ec2.destroy();
  }
  await waitUntil('The stop', async () => (await instanceNow(sandbox)).state === 'stopped', patience);
}

/** A client of the node's API server at the address that EC2 gives it now. */
export async function kubernetes(sandbox: Sandbox): Promise<Cluster> {
  const { state, address } = await instanceNow(sandbox);
  if (address === undefined) throw new Error(`The instance is ${state}.`);
  return cluster(sandbox.machine.kubeconfig, address);
}

interface Listed {
  metadata: { name: string; uid: string; resourceVersion: string };
}

/** `resource/name uid resourceVersion` of everything in the app's namespace: it differs as soon as one object was written. */
export async function clusterState(sandbox: Sandbox): Promise<string[]> {
  const api = await kubernetes(sandbox);
  const core = ['configmaps', 'pods', 'secrets', 'serviceaccounts', 'services'].map(
    (name) => `/api/v1/namespaces/shop/${name}`,
  );
  const apps = ['deployments', 'replicasets'].map((name) => `/apis/apps/v1/namespaces/shop/${name}`);
  const paths = [...core, ...apps, '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies', '/api/v1/namespaces'];
  const lists = await Promise.all(paths.map(async (path) => ({ path, ...(await api.get<{ items: Listed[] }>(path)) })));
  return lists.flatMap(({ path, items }) =>
    items.map(({ metadata }) => `${path}/${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`),
  );
}

/** Every item of the releases' table by its two keys. */
export async function tableItems(sandbox: Sandbox): Promise<Record<string, Record<string, unknown>>> {
  const dynamo = new DynamoDBClient(clientConfig(sandbox.aws.endpoint));
  try {
    const scan = new ScanCommand({ TableName: sandbox.outputs['ReleasesTable'], ConsistentRead: true });
    const { Items = [] } = await DynamoDBDocumentClient.from(dynamo).send(scan);
    return Object.fromEntries(Items.map((item) => [`${String(item['pk'])} ${String(item['sk'])}`, item]));
  } finally {
    dynamo.destroy();
  }
}

/** A release as it is stored. */
interface ReleaseItem {
  id: string;
  action: string;
  environment: string;
  revision: string;
  trigger: string;
  actor: string;
  run?: object;
  openedAt: string;
  endedAt?: string;
  phases: Record<string, { startedAt: string; endedAt?: string } | undefined>;
}

export async function releaseRecord(sandbox: Sandbox, id: string): Promise<ReleaseItem> {
  const item = (await tableItems(sandbox))[`release#${id} release`];
  if (item === undefined) throw new Error(`There is no release ${id}.`);
  return item as unknown as ReleaseItem;
}

/** Ids of all releases of a revision. */
export async function releaseIds(sandbox: Sandbox, revision: string): Promise<string[]> {
  const items = Object.values(await tableItems(sandbox)) as unknown as (ReleaseItem & { sk: string })[];
  return items.filter((item) => item.sk === 'release' && item.revision === revision).map(({ id }) => id);
}

/** What the last drift check found, as the status function tells it. */
export async function driftOf(sandbox: Sandbox): Promise<{ state: string; checkedAt: string }> {
  const { environments } = (await askFunction(sandbox, 'status', {})) as unknown as {
    environments: [{ drift?: { state: string; checkedAt: string } }];
  };
  return environments[0].drift ?? { state: 'unknown', checkedAt: 'never' };
}

/** Puts a body on the queue past the webhook, as the next message of production. */
export async function sendToQueue(sandbox: Sandbox, body: string): Promise<void> {
  const sqs = new SQSClient(clientConfig(sandbox.aws.endpoint));
  try {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: sandbox.outputs['DeployQueueUrl'],
        MessageBody: body,
        MessageGroupId: 'production',
        MessageDeduplicationId: randomUUID(),
      }),
    );
  } finally {
    sqs.destroy();
  }
}

/** The digest that the registry's own storage has for a tag of the app's image. */
export function digestInRegistry(sandbox: Sandbox, tag: string): string {
  const tags = 'registry/data/docker/registry/v2/repositories/acme/shop/_manifests/tags';
  return readFileSync(join(sandbox.workspace.dir, tags, tag, 'current/link'), 'utf8').trim();
}
