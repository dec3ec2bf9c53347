import { readFileSync } from 'node:fs';
import { systemClock } from '../../functions/adapters/clock.ts';
import { connectCluster } from '../../functions/adapters/cluster.ts';
import { parseKubeconfig } from '../../functions/core/kubeconfig/kubeconfig.ts';
import { apply } from '../../functions/core/phases/apply.ts';
import { compare } from '../../functions/core/phases/compare.ts';
import { inventoryPlace, readInventory, trackPlanned } from '../../functions/core/phases/inventory.ts';
import { prune } from '../../functions/core/phases/prune.ts';
import { verify } from '../../functions/core/phases/verify.ts';
import { labelled } from '../../functions/core/render/labels.ts';
import { readManifests } from '../../functions/core/render/manifest.ts';
import { inOrder } from '../../functions/core/render/order.ts';
import { readYaml } from '../../functions/core/render/yaml.ts';

// What a release does on the cluster, in a process of its own: the part of Hawser that the other tools are. The objects are labelled as a
// release labels them. `apply` as the last argument: the rollout is not waited for.
const [kubeconfigFile = '', address = '', file = '', wait = 'wait'] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
const { documents, problems } = readYaml(file, text, { bytes: 8 * 1024 * 1024, values: 1_000_000 });
const read = readManifests(documents);
for (const { message } of [...problems, ...read.problems]) throw new Error(message);
const owner = { app: 'bench', environment: 'bench' };
const config = { enabled: true, refuseAbove: { percent: 50, objects: 5 }, confirm: [] };
const { signal } = new AbortController();
const say = (): void => undefined;
const cluster = connectCluster(parseKubeconfig(readFileSync(kubeconfigFile, 'utf8'), kubeconfigFile), address);
try {
  const objects = inOrder(
    read.objects.map(({ manifest }) => labelled(manifest, 'none', { ...owner, revision: 'bench' })),
  );
  const [comparisons, found] = await Promise.all([
    compare(cluster, objects, { force: false }, signal),
    readInventory(cluster, inventoryPlace(owner, objects), signal),
  ]);
  const inventory = await trackPlanned(cluster, found, comparisons, signal);
  const written = await apply(cluster, comparisons, say, signal);
  if (wait === 'wait') {
    const options = { timeoutMs: 60_000, facts: {} };
    const failure = await verify({ cluster, clock: systemClock }, objects, options, say, signal);
    if (failure !== undefined) throw new Error(failure.message);
  }
  await prune(cluster, inventory, written, { config }, say, signal);
} finally {
  await cluster.close();
}
