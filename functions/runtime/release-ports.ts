import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { addresses } from '../adapters/addresses.ts';
import { systemClock } from '../adapters/clock.ts';
import { connectCluster } from '../adapters/cluster.ts';
import { github } from '../adapters/github.ts';
import { lock } from '../adapters/lock.ts';
import { machines } from '../adapters/machines.ts';
import { registry } from '../adapters/registry/registry.ts';
import { releases } from '../adapters/releases.ts';
import { site } from '../adapters/site.ts';
import type { Ports } from '../core/ports.ts';
import { config, log, once, packaged, secretStore, sendQueue, variable } from './wire.ts';

/** Everything for a function that works on releases. Built once in a process. */
export const releasePorts: () => Ports = once(() => {
  const settings = config();
  const table = variable('HAWSER_TABLE');
  const dynamo = new DynamoDBClient({});
  const ssm = new SSMClient({});
  const store = secretStore();
  const { secret, api } = settings.github;
  return {
    config: settings,
    manifests: readManifests(join(packaged(), 'k8s')),
    releases: releases({ client: dynamo, table }),
    lock: lock({ client: dynamo, table, clock: systemClock }),
    queue: sendQueue(),
    machines: machines({ ec2: new EC2Client({}), ssm }),
    addresses: addresses({ ssm, secrets: store }),
    secrets: store,
    registry: registry({ clock: systemClock, secret: settings.app.pull?.secret }),
    github: github({
      api,
      secret,
      repository: settings.app.source.repository,
      token: () => store.read(secret),
      clock: systemClock,
    }),
    site: site(),
    connectCluster,
    clock: systemClock,
    log,
  };
});

function readManifests(root: string): ReadonlyMap<string, string> {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(\.ya?ml|(?<!\.schema)\.json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(root, path), readFileSync(path, 'utf8')]));
}
