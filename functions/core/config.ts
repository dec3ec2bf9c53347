import { z } from 'zod';
import { fail, type ReleaseError } from './errors.ts';

const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}(s|m|h)$/, 'a duration such as 90s, 5m or 1h')
  .transform(
    (text) => Number(text.slice(0, -1)) * { s: 1_000, m: 60_000, h: 3_600_000 }[text.slice(-1) as 's' | 'm' | 'h'],
  );

const secret = z.strictObject({ secret: z.string().min(1).max(512).describe('Name of a secret in Secrets Manager') });
const httpUrl = z.string().regex(/^https?:\/\/[^\s/]+[^\s]*$/, 'an http or https URL');

const Environment = z.strictObject({
  deployOn: z
    .enum(['push', 'manual'])
    .default('manual')
    .describe('push: a green run on the branch deploys here. manual: only a person does'),
  url: httpUrl.optional().describe('Where the app answers; {address} stands for the public IP of the node'),
  kubeconfig: secret,
  manifests: z
    .string()
    .regex(/^[\w][\w./-]*$/, 'a path below k8s/')
    .refine((path) => !path.split('/').includes('..'), 'no .. in the path'),
  node: z.strictObject({
    instance: z.string().regex(/^i-[0-9a-f]{8,17}$/, 'an EC2 instance id such as i-0123456789abcdef0'),
    address: z
      .strictObject({
        ssmParameter: z
          .string()
          .regex(/^\/[\w./-]+$/, 'an SSM parameter name such as /shop/ip')
          .optional(),
      })
      .default({}),
    wakeOnDeploy: z.boolean().default(true),
    startTimeout: duration.prefault('5m'),
  }),
  rollout: z
    .strictObject({
      timeout: duration.prefault('5m'),
      check: z.string().startsWith('/').optional().describe('Path whose answer must name the revision'),
      onFailure: z.enum(['rollback', 'keep']).default('rollback'),
    })
    .prefault({}),
});

/** k8s/deploy.yaml: the one file that a user of Hawser writes. Keys that are not here are refused. Durations become milliseconds. */
export const Config = z.strictObject({
  version: z.literal(1),
  app: z.strictObject({
    name: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'a DNS label: lower-case letters, digits and -'),
    image: z
      .string()
      .regex(
        /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/,
        'an image name in lower case with its registry and without tag, such as ghcr.io/acme/shop',
      ),
    pull: secret.optional(),
    source: z.strictObject({
      repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name'),
      repositoryId: z
        .int()
        .positive()
        .describe('GitHub’s number of the repository: a name can be registered again by somebody else'),
      workflow: z.string().regex(/^[\w.-]+\.ya?ml$/, 'a file in .github/workflows'),
      branch: z.string().min(1),
      events: z
        .array(z.enum(['push', 'workflow_dispatch']))
        .min(1)
        .default(['push']),
      jobs: z.array(z.string().min(1)).default([]).describe('Jobs of the run that must have succeeded, by name'),
    }),
  }),
  github: secret.extend({ api: httpUrl.default('https://api.github.com') }),
  webhook: secret,
  drift: z
    .strictObject({
      every: duration
        .prefault('1h')
        .refine((ms) => ms >= 60_000, 'a minute at least: EventBridge Scheduler has no shorter rate'),
    })
    .prefault({}),
  environments: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a name in lower case'), Environment)
    .refine((all) => Object.keys(all).length > 0, 'at least one environment'),
});

export type Config = z.output<typeof Config>;
export type EnvironmentConfig = z.output<typeof Environment>;

/**
 * Checks a parsed config. `source` names where it came from, for the message.
 * Throws ConfigInvalid that lists every problem with its path.
 */
export function parseConfig(value: unknown, source = 'k8s/deploy.yaml'): Config {
  const result = Config.safeParse(value);
  if (result.success) return result.data;
  throw configInvalid(source, result.error.issues.flatMap(describeIssue));
}

function configInvalid(source: string, problems: string[]): ReleaseError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return fail('ConfigInvalid', `${source} has ${count}: ${problems.join('; ')}.`, { source, problems });
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  const at = (keys: PropertyKey[]): string => (keys.length === 0 ? '(top)' : keys.map(String).join('.'));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${at([...issue.path, key])}: unknown key`);
  return [`${at(issue.path)}: ${issue.message}`];
}

/** The environment of that name. Throws InputInvalid that lists the names there are. */
export function environmentOf(config: Config, name: string): EnvironmentConfig {
  const found = Object.hasOwn(config.environments, name) ? config.environments[name] : undefined;
  if (found !== undefined) return found;
  throw fail(
    'InputInvalid',
    `There is no environment ${JSON.stringify(name)} in k8s/deploy.yaml; there is ${Object.keys(config.environments).join(', ')}.`,
    { function: 'deploy' },
  );
}
