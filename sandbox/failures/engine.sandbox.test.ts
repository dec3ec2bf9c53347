import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Manifest } from '../../functions/core/kubernetes.ts';
import type { Cluster } from '../../functions/core/ports.ts';
import { APP, APP_IMAGE } from './case.ts';
import { openPlace, type Place } from './cluster.ts';
import { openWorld, revisionOf, type World } from './world.ts';

// The engine on a real node, with the rights that k8s/node/deployer.yaml grants and no others. Each test goes on where the one before ended.
let place: Place;
let admin: Cluster;
let world: World;
const { signal } = new AbortController();

beforeAll(async () => {
  place = await openPlace();
  admin = place.others;
  await admin.apply(storageClass, { dryRun: false, force: true }, signal);
  world = openWorld({ ...place, kubeconfig: await deployerKubeconfig() }, 'surge');
});
afterAll(() => place?.close());

/** Makes the deployer as a node's administrator does, and returns the kubeconfig of its token. */
async function deployerKubeconfig(): Promise<string> {
  const file = readFileSync(join(import.meta.dirname, '../../k8s/node/deployer.yaml'), 'utf8');
  for (const object of loadAll(file) as Manifest[]) await admin.apply(object, { dryRun: false, force: true }, signal);
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace: 'hawser', name: 'deployer-token' };
  for (;;) {
    const { token } = ((await admin.get(ref, signal))?.['data'] ?? {}) as { token?: string };
    if (token !== undefined) return withToken(place.kubeconfig, Buffer.from(token, 'base64').toString());
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function withToken(kubeconfig: string, token: string): string {
  const [document] = loadAll(kubeconfig) as [{ users: { name: string; user: object }[] }];
  return JSON.stringify({ ...document, users: document.users.map(({ name }) => ({ name, user: { token } })) });
}

const find = (kind: string, name: string, apiVersion = 'v1'): Promise<Manifest | undefined> =>
  admin.get({ apiVersion, kind, namespace: APP, name }, signal);

/** `kind/name resourceVersion` of all that a release writes. */
async function versions(): Promise<string[]> {
  const kinds = [
    ['v1', 'Service'],
    ['v1', 'ConfigMap'],
    ['v1', 'Secret'],
    ['apps/v1', 'Deployment'],
    ['batch/v1', 'Job'],
  ] as const;
  const lists = await Promise.all(
    kinds.map(async ([apiVersion, kind]) => (await admin.list({ apiVersion, kind, namespace: APP }, signal)).items),
  );
  return lists.flat().map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`);
}

const settings = (name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: APP },
  data: { greeting: 'hello' },
});
/** As k3s' local-path: nothing is provisioned before a pod asks for it. */
const storageClass: Manifest = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'later' },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
};
const claim: Manifest = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: APP },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } }, storageClassName: 'later' },
};

/** A Job of the app's own image that writes a line and ends so. */
const hook = (name: string, stage: string, code: number): Manifest => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: APP, annotations: { 'hawser.dev/hook': stage } },
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'main', image: APP_IMAGE, args: ['exit', String(code), `${name} says ${code}`] }],
      },
    },
  },
});

/** For a moment after a rollout kube-proxy may still lead to the pod that ends; a connection that is kept alive stays with it. */
async function expectServed(name: string): Promise<void> {
  const answer = async (): Promise<unknown> => (await fetch(world.url, { headers: { connection: 'close' } })).json();
  await expect.poll(answer, { timeout: 60_000, interval: 100 }).toEqual({ revision: revisionOf(name) });
}

test('deploys with the rights of deployer.yaml, and every phase with them', async () => {
  const release = await world.release('one', { objects: [settings('a'), settings('b')] });
  expect(release).toMatchObject({ outcome: 'succeeded', changes: { pruned: 0 } });
  // Nothing was left out for want of a right.
  expect(release.notes ?? []).toEqual([]);
  await expectServed('one');
});

test('the same revision again writes nothing: every resourceVersion stays', async () => {
  const before = await versions();
  const release = await world.release('one', { objects: [settings('a'), settings('b')] }, { again: 'no change' });
  expect(release).toMatchObject({ outcome: 'succeeded', changes: { created: 0, configured: 0, pruned: 0 } });
  expect(await versions()).toEqual(before);
});

test('a plan writes nothing, and the deploy then does just what it said', async () => {
  const before = await versions();
  const change = { objects: [settings('a'), settings('c'), claim] };
  const plan = await world.release('two', change, { again: 'plan', plan: true });
  expect(plan.outcome).toBe('planned');
  expect(await versions()).toEqual(before);
  expect(plan.plan?.changes.map((one) => `${one.change} ${one.object}`).toSorted()).toEqual([
    'configured Deployment shop/shop',
    'created ConfigMap shop/c',
    'created PersistentVolumeClaim shop/data',
    'pruned ConfigMap shop/b',
  ]);
  const release = await world.release('two', change);
  expect(release).toMatchObject({ outcome: 'succeeded', changes: plan.changes });
  await expectServed('two');
});

test('promise 9: what left the manifests is gone, but a volume stays and is told', async () => {
  expect(await find('ConfigMap', 'b')).toBeUndefined();
  const plan = await world.release('three', { objects: [settings('a')] }, { again: 'plan', plan: true });
  expect(plan.notes?.join()).toMatch(/PersistentVolumeClaim shop\/data is not pruned/);
  await world.release('three', { objects: [settings('a')] });
  expect(await find('ConfigMap', 'c')).toBeUndefined();
  expect(await find('PersistentVolumeClaim', 'data')).toBeDefined();
});

test('hooks run once around the release, with what they wrote', async () => {
  const objects = [settings('a'), hook('migrate', 'pre-deploy', 0), hook('smoke', 'post-deploy', 0)];
  const release = await world.release('four', { objects });
  expect(release).toMatchObject({
    outcome: 'succeeded',
    hooks: [
      { stage: 'pre-deploy', object: 'Job shop/migrate', state: 'succeeded', logs: ['migrate says 0'] },
      { stage: 'post-deploy', object: 'Job shop/smoke', state: 'succeeded', logs: ['smoke says 0'] },
    ],
  });
  const first = (await find('Job', 'migrate', 'batch/v1'))?.metadata.uid;
  expect((await world.release('five', { objects })).outcome).toBe('succeeded');
  expect((await find('Job', 'migrate', 'batch/v1'))?.metadata.uid).not.toBe(first);
  await expectServed('five');
});

test('a migration that fails stops the release before the app is touched', async () => {
  const deployment = (await find('Deployment', APP, 'apps/v1'))?.metadata.generation;
  const release = await world.release('six', { objects: [settings('a'), hook('migrate', 'pre-deploy', 3)] });
  expect(release).toMatchObject({ outcome: 'failed', failure: { code: 'HookFailed', logs: ['migrate says 3'] } });
  expect(release.failure?.message).toMatch(/^The pre-deploy hook failed: .*exits 3/);
  expect((await find('Deployment', APP, 'apps/v1'))?.metadata.generation).toBe(deployment);
  await expectServed('five');
});

test('a smoke test that fails brings the last good revision back', async () => {
  const objects = [settings('a'), settings('d'), hook('smoke', 'post-deploy', 1)];
  const release = await world.release('seven', { objects });
  expect(release).toMatchObject({ outcome: 'rolled_back', failure: { code: 'HookFailed' } });
  await expectServed('five');
  // What only the failed release had is gone, too.
  expect(await find('ConfigMap', 'd')).toBeUndefined();
});

test('a release that adds a service account, and fails, can be rolled back', async () => {
  const account: Manifest = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'fresh', namespace: APP } };
  const objects = [settings('a'), account];
  const change = { objects, pod: { serviceAccountName: 'fresh' }, container: { args: ['exit', '1', 'no database'] } };
  const release = await world.release('eight', change);
  expect(release).toMatchObject({ outcome: 'rolled_back', failure: { code: 'ContainerCrashing' } });
  await expectServed('five');
  expect(await find('ServiceAccount', 'fresh')).toBeUndefined();
});
