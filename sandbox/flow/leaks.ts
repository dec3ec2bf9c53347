import { gunzipSync } from 'node:zlib';
import {
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { load } from 'js-yaml';
import { clientConfig } from '../aws/client.ts';
import type { Sandbox } from '../sandbox.ts';
import { secretNames } from '../stack.ts';
import { tableItems } from './fixtures.ts';

const FUNCTIONS = ['webhook', 'deploy', 'rollback', 'drift', 'status'];

/** Where a secret of this sandbox can be read although it should not be: `what in where`. Empty is as it must be. */
export async function leaks(sandbox: Sandbox): Promise<string[]> {
  const secrets = Object.entries(await secretValues(sandbox)).flatMap(([name, value]) => formsOf(name, value));
  const places = Object.entries({
    ...(await functionLogs(sandbox)),
    'the table': await tableText(sandbox),
    GitHub: JSON.stringify(sandbox.github.deployments()),
  });
  return places.flatMap(([place, text]) =>
    secrets.filter(([, value]) => text.includes(value)).map(([name]) => `${name} in ${place}`),
  );
}

/** The whole table as text, what is stored compressed included. */
export async function tableText(sandbox: Sandbox): Promise<string> {
  return JSON.stringify(await tableItems(sandbox), unpacked);
}

/** All that the functions have logged so far, by function, from CloudWatch Logs. */
export async function functionLogs(sandbox: Sandbox): Promise<Record<string, string>> {
  const logs = FUNCTIONS.map(async (name): Promise<[string, string]> => {
    const lines: string[] = [];
    let token: string | undefined;
    do {
      const page = await filterLogEvents(sandbox, `/aws/lambda/hawser-production-${name}`, token);
      lines.push(...(page.events ?? []).map(({ message }) => message));
      token = page.nextToken;
    } while (token !== undefined);
    return [name, lines.join('\n')];
  });
  return Object.fromEntries(await Promise.all(logs));
}

/** Secrets by what they are. Both stages of a rotated secret count. */
async function secretValues(sandbox: Sandbox): Promise<Record<string, string>> {
  const [kubeconfig = ''] = await versionsOf(sandbox, secretNames.kubeconfig);
  const { users } = load(kubeconfig) as { users: [{ user: Record<string, string> }] };
  const webhooks = await versionsOf(sandbox, secretNames.webhook);
  const { pull, push } = sandbox.registry;
  return {
    ...Object.fromEntries(webhooks.map((value, index) => [`webhook secret ${index}`, value])),
    'GitHub token': sandbox.github.token,
    'pull password': pull.password,
    'push password': push.password,
    'pull credential': `${pull.username}:${pull.password}`,
    'client key': Buffer.from(users[0].user['client-key-data'] ?? '', 'base64').toString(),
    'client certificate': Buffer.from(users[0].user['client-certificate-data'] ?? '', 'base64').toString(),
  };
}

async function versionsOf(sandbox: Sandbox, name: string): Promise<string[]> {
  const client = new SecretsManagerClient(clientConfig(sandbox.aws.endpoint));
  try {
    const { Versions = [] } = await client.send(
      new ListSecretVersionIdsCommand({ SecretId: name, IncludeDeprecated: true }),
    );
    return await Promise.all(
      Versions.map(async ({ VersionId }) => {
        const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: name, VersionId }));
        return SecretString;
      }),
    );
  } finally {
    client.destroy();
  }
}

/** A secret as it is, inside JSON, and base64-encoded; of a PEM also each line, since a log may cut it. */
function formsOf(name: string, value: string): [string, string][] {
  const lines = value.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));
  const forms = [value, JSON.stringify(value).slice(1, -1), Buffer.from(value).toString('base64'), ...lines];
  return [...new Set(forms)].map((form) => [name, form]);
}

/** Stored objects and reports are compressed. */
function unpacked(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? gunzipSync(value).toString() : value;
}

interface LogPage {
  events?: { message: string }[];
  nextToken?: string;
}

/** CloudWatch Logs, FilterLogEvents, by its JSON protocol: the project needs no client for it elsewhere. */
async function filterLogEvents(sandbox: Sandbox, logGroupName: string, nextToken?: string): Promise<LogPage> {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const answer = await fetch(sandbox.aws.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Logs_20140328.FilterLogEvents',
      authorization: `AWS4-HMAC-SHA256 Credential=sandbox/${day}/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ logGroupName, ...(nextToken === undefined ? {} : { nextToken }) }),
  });
  if (answer.ok) return (await answer.json()) as LogPage;
  const problem = await answer.text();
  // A function that was never invoked has no log group yet.
  if (problem.includes('ResourceNotFoundException')) return {};
  throw new Error(`FilterLogEvents of ${logGroupName}: ${answer.status} ${problem}`);
}
