import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Sandbox } from '../sandbox.ts';
import { announce, askFunction, ship, type Shipped } from '../ship.ts';
import {
  clusterState,
  ended,
  expectRevision,
  followToEnd,
  instanceNow,
  kubernetes,
  openSandbox,
  releaseIds,
  releaseRecord,
  REPO,
  revisionAt,
  stopInstance,
  tableItems,
} from './fixtures.ts';

// What a person does with the Test button of the AWS console, in the order of a day. Each test goes on where the one before ended.
const FUNCTIONS = ['deploy', 'rollback', 'drift', 'status'];
const production = { environment: 'production' };

let sandbox: Sandbox;
let first: Shipped;
let second: Shipped;
let address: string;

beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox?.stop());

test.each([
  { name: 'deploy', hint: /"environment": .* "revision": / },
  { name: 'rollback', hint: /"environment": .* "reason": / },
  { name: 'drift', hint: /"environment": / },
  { name: 'status', hint: /^$/ },
])('an empty event to $name, before anything was deployed, makes and wakes nothing', async ({ name, hint }) => {
  const { ok, summary, next } = await askFunction(sandbox, name, {});
  expect({ ok, summary }).toEqual({ ok: true, summary: 'production: nothing deployed yet, node asleep.' });
  expect(next.join()).toMatch(hint);
  expect(await tableItems(sandbox)).toEqual({});
  expect(await instanceNow(sandbox)).toEqual({ state: 'stopped', address: undefined });
});

test.each(FUNCTIONS)("the console's hello-world event to %s is refused with every key named", async (name) => {
  const hello = { key1: 'value1', key2: 'value2', key3: 'value3' };
  const { ok, summary, failure } = await askFunction(sandbox, name, hello);
  expect({ ok, code: failure?.code }).toEqual({ ok: false, code: 'InputInvalid' });
  for (const key of Object.keys(hello)) expect(summary).toContain(`unknown key ${key}`);
  expect(await tableItems(sandbox)).toEqual({});
});

test.each([
  {
    name: 'deploy',
    event: { environment: 'production', revision: 'main' },
    code: 'InputInvalid',
    says: 'full commit SHA',
  },
  { name: 'deploy', event: { revision: 'a'.repeat(40) }, code: 'InputInvalid', says: 'environment: is missing' },
  {
    name: 'deploy',
    event: { environment: 'prod', revision: 'a'.repeat(40) },
    code: 'InputInvalid',
    says: 'There is no environment "prod"',
  },
  { name: 'rollback', event: production, code: 'InputInvalid', says: 'reason: is missing' },
  { name: 'rollback', event: { ...production, reason: 'why' }, code: 'NothingToRollBackTo', says: 'No release' },
  { name: 'status', event: { release: 'rel_none' }, code: 'ReleaseUnknown', says: 'rel_none' },
])('$name refuses with $code: $says', async ({ name, event, code, says }) => {
  const { ok, summary, failure } = await askFunction(sandbox, name, event);
  expect({ ok, code: failure?.code }).toEqual({ ok: false, code });
  expect(summary).toContain(says);
  expect(await tableItems(sandbox)).toEqual({});
  expect((await instanceNow(sandbox)).state).toBe('stopped');
});

test('a deploy by hand wakes the node and deploys the revision', async () => {
  first = await ship(sandbox, REPO, { message: 'Open the shop' });
  const event = { ...production, revision: first.revision, reason: 'the webhook was lost', actor: 'ada' };
  const answer = await askFunction(sandbox, 'deploy', event);
  expect(ended(answer)).toMatch(/^succeeded: /);
  expect(answer.release).toMatchObject({ trigger: 'console', actor: 'ada', reason: event.reason });
  address = (await instanceNow(sandbox)).address ?? '';
  await expectRevision(address, first.revision);
});

test('an empty event to any function leaves the records and the cluster as they are', async () => {
  const before = [await tableItems(sandbox), await clusterState(sandbox)];
  for (const name of FUNCTIONS) {
    const { ok, summary } = await askFunction(sandbox, name, {});
    expect({ ok, summary }).toMatchObject({
      ok: true,
      summary: expect.stringContaining(first.revision.slice(0, 7)) as string,
    });
  }
  expect([await tableItems(sandbox), await clusterState(sandbox)]).toEqual(before);
});

test('a plan tells what would change and writes nothing to the cluster', async () => {
  second = await ship(sandbox, REPO, { message: 'Add a cart' });
  const live = async () => (await tableItems(sandbox))['environment#production head']?.['lastGood'];
  const before = [await live(), await clusterState(sandbox)];
  const answer = await askFunction(sandbox, 'deploy', { ...production, revision: second.revision, plan: true });
  expect(ended(answer)).toMatch(/^planned: /);
  expect(answer['changes']).toMatchObject({ created: 0 });
  expect((answer['changes'] as { configured: number }).configured).toBeGreaterThan(0);
  expect(answer.phases?.map(({ name }) => name)).not.toContain('apply');
  expect([await live(), await clusterState(sandbox)]).toEqual(before);
  expect(await revisionAt(address)).toBe(first.revision);
});

test('a rollback by hand brings back the last good release before the live one', async () => {
  const deployed = await askFunction(sandbox, 'deploy', { ...production, revision: second.revision });
  expect(ended(deployed)).toMatch(/^succeeded: /);
  await expectRevision(address, second.revision);

  const event = { ...production, reason: 'the cart loses items' };
  const answer = await askFunction(sandbox, 'rollback', event);
  expect(ended(answer)).toMatch(/^succeeded: .* serves again after a rollback by console/);
  expect(answer.release).toMatchObject({ action: 'rollback', ...event });
  expect(answer.release?.image).toBe(`${sandbox.image}@${first.digest}`);
  await expectRevision(address, first.revision);
});

test('what somebody edits by hand is named by object and field, and a deploy takes it back', async () => {
  const clean = await askFunction(sandbox, 'drift', production);
  expect(clean).toMatchObject({ ok: true, summary: 'production: in sync.' });
  await editByHand(2);
  const drifted = await askFunction(sandbox, 'drift', production);
  expect(drifted).toMatchObject({ ok: false, summary: expect.stringContaining('Deployment shop/shop') as string });
  expect(drifted.summary).toContain('spec.replicas');
  expect(drifted['reports']).toMatchObject([
    { state: 'drifted', drift: [{ changes: [{ path: 'spec.replicas', live: 2, desired: 1 }] }] },
  ]);
  expect((await askFunction(sandbox, 'status', {})).summary).toContain('1 object drifted');

  const again = await askFunction(sandbox, 'deploy', { ...production, revision: first.revision });
  expect(ended(again)).toMatch(/^succeeded: /);
  expect(await askFunction(sandbox, 'drift', production)).toMatchObject({ ok: true, summary: 'production: in sync.' });
});

test('while a release runs, everybody else is told who holds the environment', async () => {
  await stopInstance(sandbox);
  const letPowerOn = holdPower(sandbox);
  let holder: string;
  try {
    const { releases } = await announce(sandbox, second);
    holder = releases[0] ?? '';
    const holds = async () => (await tableItems(sandbox))['lock#production lock']?.['holder'];
    await expect.poll(holds, { timeout: 60_000, interval: 200 }).toBe(holder);
    // It waits for the node now, until everybody has asked.
    const byHand = await askFunction(sandbox, 'deploy', { ...production, revision: first.revision });
    expect(byHand).toMatchObject({ ok: false, summary: expect.stringContaining(holder) as string, busy: { holder } });
    const back = await askFunction(sandbox, 'rollback', { ...production, reason: 'too slow' });
    expect(back).toMatchObject({ ok: false, busy: { holder } });
    const drift = await askFunction(sandbox, 'drift', production);
    expect(drift.summary).toBe(`production: release ${holder} is in progress; not checked.`);
  } finally {
    letPowerOn();
  }

  expect(ended(await followToEnd(sandbox, holder))).toMatch(/^succeeded: /);
  await expectRevision((await instanceNow(sandbox)).address, second.revision);
  expect((await releaseRecord(sandbox, holder)).trigger).toBe('workflow_run');
  // By hand it was planned and deployed, and by the webhook once more: the refused ones left no record.
  expect(await releaseIds(sandbox, second.revision)).toHaveLength(3);
});

/** Keeps the instance from coming on until the function that it returns is called. */
function holdPower({ machine }: Sandbox): () => void {
  const { powerOn } = machine;
  const { promise, resolve } = Promise.withResolvers<void>();
  machine.powerOn = async (publicIp) => {
    await promise;
    await powerOn(publicIp);
  };
  return () => {
    machine.powerOn = powerOn;
    resolve();
  };
}

interface Scalable {
  metadata: object;
  spec: { replicas: number };
}

/** What `kubectl edit` does: a write by another field manager. */
async function editByHand(replicas: number): Promise<void> {
  const api = await kubernetes(sandbox);
  const path = '/apis/apps/v1/namespaces/shop/deployments/shop';
  const deployment = await api.get<Scalable>(path);
  // Without the version that was read: a controller may write its status meanwhile.
  const metadata = { ...deployment.metadata, resourceVersion: undefined };
  const body = { ...deployment, metadata, spec: { ...deployment.spec, replicas } };
  const { status } = await api.call('PUT', `${path}?fieldManager=kubectl-edit`, { servername: 'kubernetes', body });
  expect(status).toBe(200);
}
