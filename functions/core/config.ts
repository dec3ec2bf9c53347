import * as z from 'zod';
import { fail, type ReleaseError } from './errors.ts';
import { HealthRule } from './health/rule.ts';

const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}(s|m|h)$/, 'a duration such as 90s, 5m or 1h')
  .transform(
    (text) => Number(text.slice(0, -1)) * { s: 1_000, m: 60_000, h: 3_600_000 }[text.slice(-1) as 's' | 'm' | 'h'],
  );

const secret = z.strictObject({
  secret: z.string().min(1).max(512).describe('Name of a secret in AWS Secrets Manager'),
});
const httpUrl = z.string().regex(/^https?:\/\/[^\s/]+[^\s]*$/, 'an http or https URL');

const Environment = z.strictObject({
  deployOn: z
    .enum(['push', 'manual'])
    .default('manual')
    .describe('push: a green run on the branch deploys here. manual: only a person does'),
  url: httpUrl.optional().describe('Where the app answers; {address} stands for the public IP of the node'),
  kubeconfig: secret.describe('The kubeconfig of the cluster; Hawser keeps the address in it current'),
  manifests: z
    .string()
    .regex(/^[\w][\w./-]*$/, 'a path below k8s/')
    .refine((path) => !path.split('/').includes('..'), 'no .. in the path')
    .describe('Folder of the overlay, below k8s/'),
  node: z
    .strictObject({
      instance: z
        .string()
        .regex(/^i-[0-9a-f]{8,17}$/, 'an EC2 instance id such as i-0123456789abcdef0')
        .describe('The EC2 instance that is the k3s node'),
      address: z
        .strictObject({
          ssmParameter: z
            .string()
            .regex(/^\/[\w./-]+$/, 'an SSM parameter name such as /shop/ip')
            .optional()
            .describe('SSM parameter that is kept at the public IP of the node'),
        })
        .default({})
        .describe('Where else the address of the node is kept'),
      wakeOnDeploy: z.boolean().default(true).describe('Whether a deploy starts a stopped node; otherwise it fails'),
      startTimeout: duration.prefault('5m').describe('How long the node may take from stopped to running'),
    })
    .describe('The node that the app runs on'),
  rollout: z
    .strictObject({
      timeout: duration.prefault('5m').describe('How long the new pods may take to become ready'),
      check: z.string().startsWith('/').optional().describe('Path whose answer must name the revision'),
      onFailure: z
        .enum(['rollback', 'keep'])
        .default('rollback')
        .describe('rollback: the last good release serves again. keep: the failed one stays, to be looked at'),
      onFirstFailure: z
        .enum(['keep', 'remove'])
        .default('keep')
        .describe('When there is no good release yet. remove: what the failed one created is removed again'),
      surge: z
        .enum(['auto', 'keep'])
        .default('keep')
        .describe(
          'What becomes of a strategy in the manifest that starts the new pod beside the old one where both do not fit. auto: the old one goes first. keep: NodeTooSmall',
        ),
      prePull: z
        .enum(['auto', 'off'])
        .default('auto')
        .describe('auto: the node pulls the image before the old pod goes, where that goes first. off: it does not'),
    })
    .prefault({})
    .describe('How a rollout is watched, and what becomes of one that fails'),
  prune: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Whether objects that left the manifests are removed'),
      refuseAbove: z
        .strictObject({
          percent: z.int().min(1).max(100).default(50).describe('Percent of the objects that one release may remove'),
          objects: z.int().nonnegative().default(5).describe('So many objects may always go'),
        })
        .prefault({})
        .describe('A release that would remove more than both removes nothing'),
      confirm: z
        .array(
          z
            .string()
            .regex(
              /^[A-Z][A-Za-z0-9]* [^\s/]+(\/[^\s/]+)?$/,
              'a kind and a name, such as PersistentVolumeClaim shop/data or Namespace shop',
            ),
        )
        .default([])
        .describe('Objects that are never pruned unasked and may go'),
    })
    .prefault({})
    .describe('What becomes of objects that left the manifests'),
});

const Gate = z
  .strictObject({
    signedBy: z
      .enum(['github', 'key'])
      .default('github')
      .describe(
        'github: the workflow signs by its OIDC identity, through Sigstore. key: with a key of yours, such as one in AWS KMS',
      ),
    keys: z
      .array(
        z
          .string()
          .max(2_000)
          .regex(
            /^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\s*$/,
            'a public key in PEM form, beginning with -----BEGIN PUBLIC KEY-----',
          ),
      )
      .max(10)
      .default([])
      .describe('For signedBy: key. The public keys, ECC P-256; more than one while a key is replaced'),
    signerWorkflow: z
      .string()
      .regex(
        /^[\w.-]+\/[\w.-]+\/\.github\/workflows\/[\w.-]+\.ya?ml@[\w./-]+$/,
        'OWNER/NAME/.github/workflows/FILE@REF, such as acme/ci/.github/workflows/verdict.yml@refs/heads/main',
      )
      .optional()
      .describe('The reusable workflow that signs, with its ref, if it is not app.source.workflow itself'),
    trustedRoot: z
      .string()
      .regex(/^[\w-][\w.-]*\.jsonl?$/, 'a file in k8s/, such as trusted-root.jsonl')
      .optional()
      .describe('Authorities to trust instead of those of Sigstore: what gh attestation trusted-root prints'),
    runner: z.enum(['github-hosted', 'self-hosted', 'any']).default('github-hosted').describe('Which runners may sign'),
    maxAge: duration.prefault('168h').describe('A verdict that is older is not accepted; 168h is a week'),
    policies: z
      .array(z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hex digits, as hawser gate --json shows it'))
      .max(50)
      .default([])
      .describe('Digests of policies that are accepted beside scanners/policy.yaml as the stack was deployed with it'),
    breakGlass: z
      .enum(['allow', 'forbid'])
      .default('allow')
      .describe('Whether a person may deploy past the gate, with a name and a reason. It is recorded and reported'),
  })
  .superRefine(({ signedBy, keys, signerWorkflow, trustedRoot }, context) => {
    const refuse = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    if (signedBy === 'key' && keys.length === 0) refuse('keys', 'expected a public key, since signedBy is key');
    if (signedBy === 'github' && keys.length > 0) refuse('keys', 'expected none, since signedBy is github');
    if (signedBy === 'key' && trustedRoot !== undefined) refuse('trustedRoot', 'expected none, since signedBy is key');
    if (signedBy === 'key' && signerWorkflow !== undefined)
      refuse('signerWorkflow', 'expected none, since signedBy is key: a key does not tell who signed');
  });

/** k8s/deploy.yaml: the one file that a user of Hawser writes. Keys that are not here are refused. Durations become milliseconds. */
export const Config = z.strictObject({
  version: z.literal(1).describe('Version of this file’s format'),
  app: z.strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'a DNS label: lower-case letters, digits and -')
      .describe('Name of the app, for labels'),
    image: z
      .string()
      .regex(
        /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/,
        'an image name in lower case with its registry and without tag, such as ghcr.io/acme/shop',
      )
      .describe('The image that CI pushes, without tag; Hawser deploys it by digest'),
    pull: secret.optional().describe('Credentials of a private registry; they become the imagePullSecret'),
    source: z.strictObject({
      repository: z
        .string()
        .regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name')
        .describe('The repository on GitHub'),
      repositoryId: z
        .int()
        .positive()
        .describe('GitHub’s number of the repository: a name can be registered again by somebody else'),
      workflow: z
        .string()
        .regex(/^[\w.-]+\.ya?ml$/, 'a file in .github/workflows')
        .describe('The workflow whose green run deploys'),
      branch: z.string().min(1).describe('The branch whose runs deploy'),
      events: z
        .array(z.enum(['push', 'workflow_dispatch']))
        .min(1)
        .default(['push'])
        .describe('What may have started the run'),
      jobs: z.array(z.string().min(1)).default([]).describe('Jobs of the run that must have succeeded, by name'),
    }),
  }),
  github: secret
    .extend({
      api: httpUrl.default('https://api.github.com').describe('Base URL of the REST API, for GitHub Enterprise Server'),
    })
    .describe('Token for GitHub: deployments, and reading of runs and commits'),
  webhook: secret.describe('Secret that GitHub signs the webhook with'),
  gate: Gate.prefault({}).describe('Which verdicts let an image in'),
  drift: z
    .strictObject({
      every: duration
        .prefault('1h')
        .refine((ms) => ms >= 60_000, 'a minute at least: EventBridge Scheduler has no shorter rate')
        .describe('How often the cluster is compared with what was deployed'),
    })
    .prefault({})
    .describe('The scheduled drift check'),
  health: z.array(HealthRule).max(200).default([]).describe('What a status means of kinds that Hawser does not know'),
  environments: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a name in lower case'), Environment)
    .refine((all) => Object.keys(all).length > 0, 'at least one environment')
    .describe('Where the app runs, by name'),
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

/** ConfigInvalid for all that is wrong in a file of the config. */
export function configInvalid(source: string, problems: string[], cause?: unknown): ReleaseError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return fail('ConfigInvalid', `${source} has ${count}: ${problems.join('; ')}.`, { source, problems }, cause);
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
