import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../sandbox/host/run.ts';
import { userCheckout } from '../sandbox/stack.ts';
import { functionNames } from './build.ts';

/** As CloudFormation's JSON is: only what is asked for here has a type. */
type Json = Record<string, unknown>;
interface Resource {
  Type: string;
  Properties: Json;
  DeletionPolicy?: string;
}
interface Statement {
  Effect: string;
  Action: string[];
  Resource: unknown;
}

const root = join(import.meta.dirname, '..');
const settings = {
  image: 'ghcr.io/acme/shop',
  repository: 'acme/shop',
  repositoryId: 42,
  githubApi: 'https://api.github.com',
  instance: 'i-0123456789abcdef0',
  check: true,
  timeout: '3m',
  driftEvery: '2h',
};

let folder: string;
let resources: Record<string, Resource>;
let outputs: Json;

/** Packages the stack as a user does, without any way to AWS. */
function serverlessPackage(checkout: string): Promise<{ stdout: string }> {
  return run(process.execPath, [join(checkout, 'node_modules/serverless/bin/serverless.js'), 'package'], {
    cwd: checkout,
    timeoutMs: 150_000,
    env: {
      PATH: process.env['PATH'],
      HOME: checkout,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      CI: '1',
    },
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hawser-stack-'));
  const checkout = userCheckout(root, join(folder, 'good'), settings);
  await serverlessPackage(checkout);
  const path = join(checkout, '.serverless/cloudformation-template-update-stack.json');
  ({ Resources: resources, Outputs: outputs } = JSON.parse(readFileSync(path, 'utf8')) as {
    Resources: Record<string, Resource>;
    Outputs: Json;
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const of = (name: string): Json => {
  const found = resources[name];
  if (found === undefined) throw new Error(`The stack has no ${name}.`);
  return found.Properties;
};
const lambda = (name: string): Json => of(`${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`);
const statements = (role: string): Statement[] => {
  const policies = of(role)['Policies'] as { PolicyDocument: { Statement: Statement[] } }[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
};
/** Names of the secrets that a role may use so. */
const secretsOf = (role: string, action = 'secretsmanager:GetSecretValue'): string[] =>
  statements(role)
    .filter(({ Action }) => Action.includes(action))
    .flatMap(({ Resource: on }) => JSON.stringify(on).match(/secret:[^"]+/g) ?? [])
    .toSorted();
const roles = ['WebhookRole', 'DeployRole', 'DriftRole', 'StatusRole', 'ScheduleRole'];

describe('the functions', () => {
  test.each(functionNames)(
    '%s runs on Node.js 24 on arm64, logs JSON for 30 days, and its environment holds names only',
    (name) => {
      expect(lambda(name)).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        LoggingConfig: { LogFormat: 'JSON' },
        Environment: {
          Variables: {
            NODE_OPTIONS: '--enable-source-maps',
            HAWSER_TABLE: { Ref: 'Releases' },
            HAWSER_QUEUE_URL: { Ref: 'DeployQueue' },
            HAWSER_DEAD_LETTER_URL: { Ref: 'DeployDeadLetters' },
          },
        },
      });
      const { Variables } = lambda(name)['Environment'] as { Variables: Json };
      expect(Object.keys(Variables)).toHaveLength(4);
      expect(of(`${name[0]?.toUpperCase()}${name.slice(1)}LogGroup`)).toMatchObject({ RetentionInDays: 30 });
    },
  );

  test('each has the role of its kind', () => {
    const role = (name: string): unknown =>
      (lambda(name)['Role'] as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0];
    expect(functionNames.map((name) => [name, role(name)])).toEqual([
      ['webhook', 'WebhookRole'],
      ['deploy', 'DeployRole'],
      ['rollback', 'DeployRole'],
      ['drift', 'DriftRole'],
      ['status', 'StatusRole'],
    ]);
  });

  test('a flood of forged webhooks cannot take the concurrency of the account', () => {
    expect(lambda('webhook')).toMatchObject({ ReservedConcurrentExecutions: 10, Timeout: 10 });
    expect(of('WebhookLambdaFunctionUrl')).toMatchObject({ AuthType: 'NONE' });
    const urls = Object.values(resources).filter(({ Type }) => Type === 'AWS::Lambda::Url');
    expect(urls).toHaveLength(1);
  });

  test.each(['Deploy', 'Rollback', 'Drift'])('%s is not tried again by Lambda itself', (name) => {
    expect(of(`${name}LambdaEvConf`)).toMatchObject({ MaximumRetryAttempts: 0 });
  });
});

describe('the queue', () => {
  test('is FIFO, keeps its messages for 14 days, and gives up on one after five times', () => {
    expect(of('DeployQueue')).toMatchObject({
      FifoQueue: true,
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeployDeadLetters', 'Arn'] }, maxReceiveCount: 5 },
    });
    expect(of('DeployDeadLetters')).toMatchObject({ FifoQueue: true, MessageRetentionPeriod: 1_209_600 });
    expect(of('DeadLetterAlarm')).toMatchObject({ Threshold: 1, MetricName: 'ApproximateNumberOfMessagesVisible' });
  });

  test('hands no running release to a second invocation', () => {
    expect(Number(of('DeployQueue')['VisibilityTimeout'])).toBeGreaterThan(Number(lambda('deploy')['Timeout']));
  });

  test('is worked off one by one, each message failing for itself', () => {
    expect(of('DeployEventSourceMappingSQSDeployQueue')).toMatchObject({
      BatchSize: 1,
      EventSourceArn: { 'Fn::GetAtt': ['DeployQueue', 'Arn'] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

test('the table survives the stack, can be restored to any second, and lets old items expire', () => {
  expect(resources['Releases']).toMatchObject({
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    },
  });
});

describe('the roles', () => {
  test('there is none but these', () => {
    const found = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
    expect(found.map(([name]) => name).toSorted()).toEqual(roles.toSorted());
    for (const role of roles) expect(of(role)).not.toHaveProperty('ManagedPolicyArns');
  });

  test.each(roles)('%s names each thing exactly: only EC2’s Describe actions are for all', (role) => {
    const all = statements(role);
    expect(all.length).toBeGreaterThan(0);
    for (const { Effect, Action, Resource: on } of all) {
      expect(Effect).toBe('Allow');
      expect(Action.filter((action) => action.includes('*'))).toEqual([]);
      if (Action.every((action) => action.startsWith('ec2:Describe'))) continue;
      for (const one of Array.isArray(on) ? (on as unknown[]) : [on]) {
        expect(one).not.toBe('*');
        const text = JSON.stringify(one);
        expect(text).toMatch(/"Fn::GetAtt"|"Fn::Sub"/);
        // What comes after the name of the thing may be anything: a log stream, the version of a runbook, an id that AWS makes up.
        expect(
          text
            .replace(/(LogGroup\.Arn\}:|StartEC2Instance:|automation-execution\/)\*/, '')
            .replace(':*:automation-definition', ''),
        ).not.toContain('*');
      }
    }
  });

  test('each secret is where it is needed, and nowhere else', () => {
    const [kubeconfig, registry, github, webhook] = ['kubeconfig', 'registry', 'github', 'webhook'].map(
      (name) => `secret:shop/${name}-??????`,
    );
    expect(secretsOf('WebhookRole')).toEqual([webhook]);
    expect(secretsOf('DeployRole')).toEqual([github, kubeconfig, registry].toSorted());
    expect(secretsOf('DriftRole')).toEqual([kubeconfig]);
    expect(secretsOf('StatusRole')).toEqual([]);
    expect(secretsOf('ScheduleRole')).toEqual([]);
    expect(secretsOf('DeployRole', 'secretsmanager:PutSecretValue')).toEqual([kubeconfig]);
    for (const role of ['WebhookRole', 'DriftRole', 'StatusRole', 'ScheduleRole'])
      expect(secretsOf(role, 'secretsmanager:PutSecretValue')).toEqual([]);
  });

  test('only a release starts the instance, and only the one of the config', () => {
    const starts = roles.flatMap((role) =>
      statements(role).flatMap(({ Action, Resource: on }) =>
        Action.includes('ec2:StartInstances') ? [[role, JSON.stringify(on)]] : [],
      ),
    );
    expect(starts).toEqual([['DeployRole', expect.stringContaining(':instance/i-0123456789abcdef0"') as string]]);
  });

  test('status and the webhook write nothing but the queue', () => {
    const actions = (role: string): string[] =>
      statements(role)
        .flatMap(({ Action }) => Action)
        .toSorted();
    expect(actions('StatusRole')).toEqual([
      'dynamodb:GetItem',
      'dynamodb:Query',
      'ec2:DescribeInstances',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ]);
    expect(actions('WebhookRole')).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sqs:SendMessage',
    ]);
  });

  test('the schedule may invoke the drift check, and only this account’s schedules may be it', () => {
    expect(of('ScheduleRole')['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    });
    expect(statements('ScheduleRole')).toMatchObject([
      { Action: ['lambda:InvokeFunction'], Resource: { 'Fn::GetAtt': ['DriftLambdaFunction', 'Arn'] } },
    ]);
    expect(of('DriftSchedule')).toMatchObject({
      ScheduleExpression: 'rate(120 minutes)',
      Target: {
        Input: '{"all": true}',
        RoleArn: { 'Fn::GetAtt': ['ScheduleRole', 'Arn'] },
        RetryPolicy: { MaximumRetryAttempts: 0 },
      },
    });
  });
});

test('the outputs that people need exist', () => {
  expect(Object.keys(outputs)).toEqual(
    expect.arrayContaining(['WebhookLambdaFunctionUrl', 'ReleasesTable', 'DeployQueueUrl', 'DeployDeadLettersUrl']),
  );
});

test('a config that is wrong is not packaged: every problem is listed by its path, and the exit says so', async () => {
  const checkout = userCheckout(root, join(folder, 'bad'), settings);
  const path = join(checkout, 'k8s/deploy.yaml');
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    `${text.replace('repositoryId: 42', 'repositoryId: forty')}\nslack: true\n`.replace(
      'startTimeout: 2m',
      'startTimeout: soon',
    ),
  );
  const error = (await serverlessPackage(checkout).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as Error | undefined;
  expect(error).toBeDefined();
  expect(error?.message).toContain('app.source.repositoryId: ');
  expect(error?.message).toContain('slack: unknown key');
  expect(error?.message).toContain('environments.production.node.startTimeout: a duration');
});
