import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { fail, type ReleaseError } from '../core/errors.ts';
import type { Clock, Secrets } from '../core/ports.ts';
import { classify, isAws } from './aws-errors.ts';

/** A warm function asks Secrets Manager at most once a minute for each secret, and sees a rotation within that time. */
const CACHE_MS = 60_000;

type Stage = 'AWSCURRENT' | 'AWSPREVIOUS';

/** The secrets, in AWS Secrets Manager. No error holds a value, nor AWS' text about a call that carried one. */
export function secrets({ client, clock }: { client: SecretsManagerClient; clock: Clock }): Secrets {
  const cache = new Map<string, { values: string[]; until: number }>();

  /** The value of a stage; undefined when the secret has no such stage. */
  const load = async (name: string, stage: Stage): Promise<string | undefined> => {
    try {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: name, VersionStage: stage }));
      if (answer.SecretString !== undefined) return answer.SecretString;
    } catch (error) {
      if (isAws(error, 'ResourceNotFoundException')) return undefined;
      throw explain(error, 'secretsmanager:GetSecretValue', name);
    }
    throw fail('SecretInvalid', `The secret ${name} holds a binary value; Hawser reads text only.`, { secret: name });
  };

  const current = async (name: string): Promise<string> => {
    const value = await load(name, 'AWSCURRENT');
    if (value === undefined) throw missing(name);
    return value;
  };

  /** Only a load that worked is kept: a failure must be able to heal at once. */
  const cached = async (key: string, fresh: boolean | undefined, ask: () => Promise<string[]>): Promise<string[]> => {
    const now = clock.now().getTime();
    const kept = cache.get(key);
    if (!fresh && kept !== undefined && now < kept.until) return kept.values;
    const values = await ask();
    cache.set(key, { values, until: now + CACHE_MS });
    return values;
  };

  return {
    async read(name, options) {
      const [value = ''] = await cached(`current ${name}`, options?.fresh, async () => [await current(name)]);
      return value;
    },
    async versions(name, options) {
      const values = await cached(`versions ${name}`, options?.fresh, async () => {
        const [now, before] = await Promise.all([current(name), load(name, 'AWSPREVIOUS')]);
        return before === undefined || before === now ? [now] : [now, before];
      });
      return [...values];
    },
    async write(name, value) {
      try {
        await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
      } catch (error) {
        throw isAws(error, 'ResourceNotFoundException')
          ? missing(name)
          : explain(error, 'secretsmanager:PutSecretValue', name);
      } finally {
        cache.delete(`current ${name}`);
        cache.delete(`versions ${name}`);
      }
    },
  };
}

function missing(name: string): ReleaseError {
  return fail('SecretMissing', `There is no secret ${name} in Secrets Manager, or it has no value yet.`, {
    secret: name,
  });
}

/** AWS may quote the input in a message that Hawser does not know, so that message goes nowhere. */
function explain(error: unknown, action: string, name: string): ReleaseError {
  const known = classify(error, { action, resource: name });
  if (known.code !== 'Unexpected') return fail(known.code, known.message, { ...known.details, secret: name });
  if (isAws(error, 'InvalidRequestException')) {
    return fail('SecretMissing', `The secret ${name} cannot be used now; it may be scheduled for deletion.`, {
      secret: name,
    });
  }
  const { awsCode } = known.details;
  return fail('Unexpected', `${action} on ${name} failed: ${String(awsCode)}.`, { action, resource: name, awsCode });
}
