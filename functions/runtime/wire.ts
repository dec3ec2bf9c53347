import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { addresses } from '../adapters/addresses.ts';
import { systemClock } from '../adapters/clock.ts';
import { connectCluster } from '../adapters/cluster.ts';
import { github } from '../adapters/github.ts';
import { lock } from '../adapters/lock.ts';
import { machines } from '../adapters/machines.ts';
import { queue } from '../adapters/queue.ts';
import { registry } from '../adapters/registry.ts';
import { releases } from '../adapters/releases.ts';
import { secrets } from '../adapters/secrets.ts';
import { site } from '../adapters/site.ts';
import type { Config } from '../core/config.ts';
import { fail } from '../core/errors.ts';
import type { Ports, Secrets } from '../core/ports.ts';
import { readConfig } from './read-config.ts';
import { jsonLog } from './log.ts';
import { redactor, type Redactor } from './redact.ts';

/** The redactor and the log of this process; shared by all invocations that run in it. */
export const redact: Redactor = redactor();
export const log = jsonLog((line) => process.stdout.write(`${line}\n`), redact);

// The calls of `once` are marked pure so that a bundle holds only the adapters that its function uses.

/** Time that a function keeps for writing down where it stopped. */
export const RESERVE_MS = 20_000;

const once = <T>(make: () => T): (() => T) => {
  // Kept only when made: a failed start must not poison the invocations after it.
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** The config that was packaged with the function. Throws ConfigInvalid. */
export const config: () => Config = /* @__PURE__ */ once(() => readConfig(join(packaged(), 'k8s', 'deploy.yaml')));

/** The secret store, whose every value the redactor learns before anybody else sees it. */
export const secretStore: () => Secrets = /* @__PURE__ */ once(() => {
  const store = secrets({ client: new SecretsManagerClient({}), clock: systemClock });
  return {
    read: async (name, options) => learn(await store.read(name, options)),
    versions: async (name, options) => (await store.versions(name, options)).map(learn),
    write: (name, value) => store.write(name, learn(value)),
  };
});

export const sendQueue = /* @__PURE__ */ once(() =>
  queue({
    client: new SQSClient({}),
    url: variable('HAWSER_QUEUE_URL'),
    deadLetterUrl: variable('HAWSER_DEAD_LETTER_URL'),
  }),
);

/** Everything for a function that works on releases. Built once in a process. */
export const wire: () => Ports = /* @__PURE__ */ once(() => {
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

function learn(value: string): string {
  redact.learn(value);
  return value;
}

function variable(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw fail('ConfigInvalid', `The function's environment has no ${name}; serverless.yml sets it.`, {
    source: 'serverless.yml',
  });
}

/** The folder that the function was unpacked into. */
function packaged(): string {
  return process.env['LAMBDA_TASK_ROOT'] ?? process.cwd();
}

function readManifests(root: string): ReadonlyMap<string, string> {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(root, path), readFileSync(path, 'utf8')]));
}
