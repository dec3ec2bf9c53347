import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { load } from 'js-yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientConfig } from '../aws/client.ts';
import { missingSetting } from '../images/broken.ts';
import type { Sandbox } from '../sandbox.ts';
import { announce, askFunction, ship, type Shipped } from '../ship.ts';
import { secretNames } from '../stack.ts';
import {
  announceAndFollow,
  clusterState,
  deliverRevision,
  digestInRegistry,
  driftOf,
  ended,
  expectRevision,
  followToEnd,
  instanceNow,
  kubernetes,
  NODE_PORT,
  openSandbox,
  releaseIds,
  releaseRecord,
  REPO,
  revisionAt,
  sendToQueue,
  stopInstance,
} from './fixtures.ts';
import { functionLogs, leaks, tableText } from './leaks.ts';

const CI = 'https://github.com/acme/shop/.github/workflows/ci.yml@refs/heads/main';

// One story on one sandbox: each test goes on where the one before ended.
let sandbox: Sandbox;
let older: { payload: object };
let first: Shipped & { release: string };
let firstAddress: string;
let serving: Shipped;
let address: string;

beforeAll(async () => {
  sandbox = await openSandbox({ driftEvery: '1m' });
  const { sha } = sandbox.github.push({ message: 'Paint the walls' });
  older = sandbox.github.completeRun({ sha });
});
afterAll(() => sandbox?.stop());

/** What GitHub shows for a revision: its deployments, each with the states it was told, oldest first. */
function onGitHub(revision: string): { states: string[]; url: string; description: string }[] {
  return sandbox.github
    .deployments()
    .filter(({ sha }) => sha === revision)
    .map(({ statuses }) => ({
      states: statuses.map(({ state }) => state),
      url: statuses.findLast(({ state }) => state !== 'inactive')?.environmentUrl ?? '',
      description: statuses.findLast(({ state }) => state !== 'inactive')?.description ?? '',
    }));
}

interface Pod {
  spec: { containers: { image: string }[] };
  status: { phase: string; containerStatuses: { imageID: string; ready: boolean }[] };
}

test('the instance is stopped; a webhook wakes it, and the revision answers at its address', async () => {
  expect(await instanceNow(sandbox)).toEqual({ state: 'stopped', address: undefined });
  const shipped = await ship(sandbox, REPO, { message: 'Open the shop' });
  const { status, code, releases } = await announce(sandbox, shipped);
  expect({ status, code, count: releases.length }).toEqual({ status: 202, code: 'Queued', count: 1 });
  // The answer does not wait for the release: nothing can have been deployed yet.
  expect((await instanceNow(sandbox)).state).not.toBe('running');
  const answer = await followToEnd(sandbox, releases[0] ?? '');

  expect(ended(answer)).toMatch(/^succeeded: /);
  expect(answer.release).toMatchObject({ gate: { state: 'accepted', signedBy: CI } });
  const { state, address: given = '' } = await instanceNow(sandbox);
  expect(state).toBe('running');
  expect(answer.links?.app).toBe(`http://${given}:${NODE_PORT}`);
  await expectRevision(given, shipped.revision);
  first = { ...shipped, release: releases[0] ?? '' };
  firstAddress = given;
});

test('the phases are recorded in their order, each of them done', async () => {
  const { phases = [] } = await askFunction(sandbox, 'status', { release: first.release });
  expect(phases.map(({ name }) => name)).toEqual(
    'admit open lock gate wake readdress connect preflight render plan apply verify prune close'.split(' '),
  );
  expect(phases.filter(({ state }) => state !== 'done')).toEqual([]);
});

test('the pod runs the digest that the registry has', async () => {
  const digest = digestInRegistry(sandbox, first.revision);
  expect(digest).toBe(first.digest);
  const { items } = await (await kubernetes(sandbox)).get<{ items: Pod[] }>('/api/v1/namespaces/shop/pods');
  expect(items).toHaveLength(1);
  expect(items[0]?.spec.containers.map(({ image }) => image)).toEqual([`${sandbox.image}@${digest}`]);
  expect(items[0]?.status.containerStatuses.map(({ imageID }) => imageID)).toEqual([`${sandbox.image}@${digest}`]);
});

test('GitHub shows the success with the address', () => {
  const [deployment, ...others] = onGitHub(first.revision);
  expect(others).toEqual([]);
  expect(deployment?.states).toContain('in_progress');
  expect(deployment?.states.at(-1)).toBe('success');
  expect(deployment?.url).toBe(`http://${firstAddress}:${NODE_PORT}`);
});

test('SSM and the kubeconfig hold the address', async () => {
  expect(await publishedAddress()).toEqual({ parameter: firstAddress, server: `https://${firstAddress}:6443` });
});

test('the instance was started by SSM Automation, never by a call to EC2', () => {
  const calls = sandbox.aws.requests().map(({ service, action }) => `${service} ${action}`);
  expect(calls.filter((call) => call === 'ssm StartAutomationExecution')).toHaveLength(1);
  expect(calls).not.toContain('ec2 StartInstances');
});

test('a redelivery, with the same GUID or a new one, changes nothing', async () => {
  const before = await clusterState(sandbox);
  const { deliveryId, releases } = await announce(sandbox, first);
  const again = await announce(sandbox, first, { deliveryId });
  const fresh = await announce(sandbox, first);
  expect([releases, again.releases, fresh.releases]).toEqual([[first.release], [first.release], [first.release]]);
  expect(fresh.deliveryId).not.toBe(deliveryId);
  // Past the five minutes in which the queue drops a duplicate by itself, the same request comes out of it again.
  const { id, action, environment, revision, trigger, actor, run, openedAt } = await releaseRecord(
    sandbox,
    first.release,
  );
  const request = { version: 1, id, action, environment, revision, trigger, actor, run, requestedAt: openedAt };
  await sendToQueue(sandbox, JSON.stringify(request));

  // The run that came before the first: it is worked off behind the duplicates, and is too old.
  const { answer } = await announceAndFollow(sandbox, older);
  expect(ended(answer)).toMatch(/^superseded: .* is older than run/);
  expect(answer.phases?.map(({ name }) => name)).not.toContain('wake');
  expect(await clusterState(sandbox)).toEqual(before);
  expect(await revisionAt(firstAddress)).toBe(first.revision);
  expect(await releaseIds(sandbox, first.revision)).toEqual([first.release]);
  expect(onGitHub(first.revision)).toHaveLength(1);
  expect(onGitHub(first.revision)[0]?.states.filter((state) => state === 'success')).toHaveLength(1);
});

test('a stopped instance is asleep: the drift check says so, wakes nothing, and nothing answers', async () => {
  await stopInstance(sandbox);
  const { ok, summary } = await askFunction(sandbox, 'drift', { environment: 'production' });
  expect({ ok, summary }).toEqual({ ok: true, summary: 'production: the node is asleep and was left so.' });
  expect(await instanceNow(sandbox)).toEqual({ state: 'stopped', address: undefined });
  expect(await revisionAt(firstAddress)).toBe('EHOSTUNREACH');
});

test('revision 2 wakes it at another address, and everything follows', async () => {
  const shipped = await deliverRevision(sandbox, { message: 'Add a cart' });
  expect(ended(shipped.answer)).toMatch(/^succeeded: /);
  address = (await instanceNow(sandbox)).address ?? '';
  expect(address).not.toBe(firstAddress);
  expect(shipped.answer.release?.address).toBe(address);
  await expectRevision(address, shipped.revision);
  expect(await revisionAt(firstAddress)).toBe('EHOSTUNREACH');
  expect(await publishedAddress()).toEqual({ parameter: address, server: `https://${address}:6443` });
  expect(onGitHub(shipped.revision)).toMatchObject([{ url: `http://${address}:${NODE_PORT}` }]);
  expect(onGitHub(first.revision)[0]?.states.at(-1)).toBe('inactive');
  serving = shipped;
});

test('TLS was verified there, although the certificate does not name the address', async () => {
  const api = await kubernetes(sandbox);
  await expect(api.call('GET', '/version')).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    message: expect.stringContaining(`IP: ${address} is not in the cert's list`) as string,
  });
  const { status } = await api.call('GET', '/version', { servername: 'kubernetes' });
  expect(status).toBe(200);
});

test('two pushes in a row are released one after the other, and the newest serves', async () => {
  const pushes = [
    await ship(sandbox, REPO, { message: 'Add a wish list' }),
    await ship(sandbox, REPO, { message: 'Sort the wish list' }),
  ];
  const queued: string[] = [];
  for (const push of pushes) queued.push(...(await announce(sandbox, push)).releases);
  const answers = await Promise.all(queued.map((id) => followToEnd(sandbox, id)));
  for (const answer of answers) expect(ended(answer)).toMatch(/^succeeded: /);
  const [one, two] = await Promise.all(queued.map((id) => releaseRecord(sandbox, id)));
  expect(Date.parse(two?.phases.lock?.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(one?.endedAt ?? ''));
  serving = pushes[1] ?? serving;
  await expectRevision(address, serving.revision);
});

test('a revision that crashes is diagnosed and rolled back; the one before goes on serving', async () => {
  const broken = await deliverRevision(sandbox, { message: 'Require a database', patch: missingSetting });
  const { answer, revision } = broken;
  expect(answer.ok).toBe(false);
  expect(ended(answer)).toMatch(/^rolled_back: /);
  expect(answer.failure).toMatchObject({ code: 'ContainerCrashing', owner: 'change' });
  expect(answer.failure?.logs.join('\n')).toContain('DATABASE_URL must be set.');
  expect(await revisionAt(address)).toBe(serving.revision);
  const api = await kubernetes(sandbox);
  const { spec } = await api.get<{ spec: { template: Pick<Pod, 'spec'> } }>(
    '/apis/apps/v1/namespaces/shop/deployments/shop',
  );
  expect(spec.template.spec.containers[0]?.image).toBe(`${sandbox.image}@${serving.digest}`);
  expect(onGitHub(revision)).toMatchObject([{ states: expect.arrayContaining(['failure']) as string[], url: '' }]);
  expect(onGitHub(revision)[0]?.states.at(-1)).toBe('failure');
  // The one that serves is still what GitHub shows as active.
  expect(onGitHub(serving.revision)[0]?.states.at(-1)).toBe('success');
});

test('the schedule has checked for drift by itself meanwhile', async () => {
  // Nobody has asked since the instance slept.
  await expect.poll(async () => (await driftOf(sandbox)).state, { timeout: 150_000, interval: 500 }).toBe('in-sync');
  // What a function has logged is in CloudWatch only when it has ended, a moment after it wrote down what it found.
  const log = async () => (await functionLogs(sandbox))['drift'];
  await expect.poll(log, { timeout: 30_000, interval: 500 }).toContain('TLS verified');
});

test('no secret is in a log, a record or on GitHub', async () => {
  expect(await leaks(sandbox)).toEqual([]);
  const { deploy, webhook } = await functionLogs(sandbox);
  expect(webhook).toContain('"message":"queued"');
  expect(deploy).toContain('"phase":"verify"');
  expect(await tableText(sandbox)).toContain('NetworkPolicy');
});

/** Where other programs look for the node. */
async function publishedAddress(): Promise<{ parameter: string | undefined; server: string | undefined }> {
  const [ssm, secrets] = [
    new SSMClient(clientConfig(sandbox.aws.endpoint)),
    new SecretsManagerClient(clientConfig(sandbox.aws.endpoint)),
  ];
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/shop/ip' }));
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: secretNames.kubeconfig }));
    const { clusters } = load(SecretString) as { clusters: [{ cluster: { server: string } }] };
    return { parameter: Parameter?.Value, server: clusters[0].cluster.server };
  } finally {
    ssm.destroy();
    secrets.destroy();
  }
}
