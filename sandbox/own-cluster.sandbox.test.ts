import { join } from 'node:path';
import { EC2Client, StopInstancesCommand, waitUntilInstanceStopped } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withAddress } from '../functions/core/kubeconfig/kubeconfig-address.ts';
import { clientConfig } from './aws/client.ts';
import { waitUntil } from './host/daemon.ts';
import { openWorkspace, type Workspace } from './host/workspace.ts';
import { cluster, isNodeReady } from './node/fixtures/cluster.ts';
import { createKwokMachine, openLoopbackNetwork } from './node/kwok.ts';
import type { Machine } from './node/machine.ts';
import { startSandbox } from './sandbox.ts';
import { kubernetesBinary, kwokBinary } from './setup/kubernetes.mjs';
import { prepareAll } from './setup/prepare.ts';
import { createProgress } from './setup/progress.mjs';
import { announce, follow, ship } from './ship.ts';

const REPO = join(import.meta.dirname, '..');

/** The user's cluster. Its kubelet is kwok, which pulls nothing: a real one could not reach the sandbox's registry. */
let workspace: Workspace;
let users: Machine;
let address: string;
const progress = createProgress();
beforeAll(async () => {
  workspace = await openWorkspace();
  const [kubernetes, kwok] = await Promise.all([kubernetesBinary(progress), kwokBinary(progress)]);
  users = await createKwokMachine(workspace, { kubernetes, kwok });
  address = openLoopbackNetwork(workspace).nextPublicIp();
  await users.powerOn(address);
  const ready = () => isNodeReady(cluster(users.kubeconfig, address), users.nodeName);
  await waitUntil('The cluster', ready, { timeoutMs: 90_000, everyMs: 200 });
});
afterAll(async () => {
  progress.close();
  await users.powerOff();
  await workspace.close();
});

const open = (kubeconfig: string) =>
  startSandbox({ repo: REPO, preparation: prepareAll({ progress, kubernetes: false }), progress, kubeconfig });

test('a push is deployed to the cluster that the user brings, and a stop of the instance leaves it alone', async () => {
  const sandbox = await open(withAddress(users.kubeconfig, 'the test', address));
  const api = cluster(users.kubeconfig, address);
  try {
    expect(sandbox.mode).toBe('cluster');
    const shipped = await ship(sandbox, REPO, { message: 'Open the shop' });
    const { releases } = await announce(sandbox, shipped);
    const { release, failure } = await follow(sandbox, releases[0] ?? '', () => undefined);
    expect(failure).toBeUndefined();
    expect(release).toMatchObject({ outcome: 'succeeded', address });
    const path = '/apis/apps/v1/namespaces/shop/deployments/shop';
    const deployed = await api.get<{ spec: { template: { spec: { containers: { image: string }[] } } } }>(path);
    expect(deployed.spec.template.spec.containers[0]?.image).toBe(`${sandbox.image}@${shipped.digest}`);

    const ec2 = new EC2Client(clientConfig(sandbox.aws.endpoint));
    const InstanceIds = [sandbox.aws.instanceId];
    await ec2.send(new StopInstancesCommand({ InstanceIds }));
    await waitUntilInstanceStopped({ client: ec2, maxWaitTime: 120, minDelay: 1, maxDelay: 1 }, { InstanceIds });
    ec2.destroy();
    expect(await isNodeReady(api, users.nodeName)).toBe(true);
  } finally {
    await sandbox.stop();
  }
  expect(await isNodeReady(api, users.nodeName)).toBe(true);
});

test('a kubeconfig that Hawser would refuse is refused by name', async () => {
  const kubeconfig = users.kubeconfig.replace(/certificate-authority-data: .*/, 'insecure-skip-tls-verify: true');
  await expect(open(kubeconfig)).rejects.toThrow('insecure-skip-tls-verify: would talk to anybody');
});
