import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { join } from 'node:path';
import { systemClock } from '../adapters/clock.ts';
import { queue } from '../adapters/queue.ts';
import { secrets } from '../adapters/secrets.ts';
import type { Config } from '../core/config.ts';
import { fail } from '../core/errors.ts';
import type { Queue, Secrets } from '../core/ports.ts';
import { jsonLog } from './log.ts';
import { readConfig } from './read-config.ts';
import { redactor, type Redactor } from './redact.ts';

// What every function has, and all that the webhook has: it must start fast, so nothing here may import more than it needs.

/** The redactor and the log of this process; shared by all invocations that run in it. */
export const redact: Redactor = redactor();
export const log = jsonLog((line) => process.stdout.write(`${line}\n`), redact);

/** Time that a function keeps for writing down where it stopped. */
export const RESERVE_MS = 20_000;

/** Made at the first call, and kept only then: a failed start must not poison the invocations after it. */
export const once = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** The config that was packaged with the function. Throws ConfigInvalid. */
export const config: () => Config = once(() => readConfig(join(packaged(), 'k8s', 'deploy.yaml')));

/** The secret store, whose every value the redactor learns before anybody else sees it. */
export const secretStore: () => Secrets = once(() => {
  const store = secrets({ client: new SecretsManagerClient({}), clock: systemClock });
  return {
    read: async (name, options) => learn(await store.read(name, options)),
    versions: async (name, options) => (await store.versions(name, options)).map(learn),
    write: (name, value) => store.write(name, learn(value)),
  };
});

export const sendQueue: () => Queue = once(() =>
  queue({
    client: new SQSClient({}),
    url: variable('HAWSER_QUEUE_URL'),
    deadLetterUrl: variable('HAWSER_DEAD_LETTER_URL'),
  }),
);

/** An environment variable that serverless.yml sets. Throws ConfigInvalid when it is not there. */
export function variable(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw fail('ConfigInvalid', `The function's environment has no ${name}; serverless.yml sets it.`, {
    source: 'serverless.yml',
  });
}

/** The folder that the function was unpacked into. */
export function packaged(): string {
  return process.env['LAMBDA_TASK_ROOT'] ?? process.cwd();
}

function learn(value: string): string {
  redact.learn(value);
  return value;
}
