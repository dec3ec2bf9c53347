// Read by serverless.yml: the exact ARNs that k8s/deploy.yaml names, so that no role needs a wildcard for them.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { load } = require('js-yaml');

const functions = ['webhook', 'deploy', 'rollback', 'drift', 'status'];

module.exports = () => {
  const config = load(readFileSync(join('k8s', 'deploy.yaml'), 'utf8'));
  const environments = Object.values(config?.environments ?? {});
  const kubeconfigs = environments.map((environment) => environment?.kubeconfig?.secret);
  const parameters = environments.map((environment) => environment?.node?.address?.ssmParameter);
  return {
    webhookSecrets: secrets([config?.webhook?.secret]),
    kubeconfigSecrets: secrets(kubeconfigs),
    deploySecrets: secrets([...kubeconfigs, config?.github?.secret, config?.app?.pull?.secret]),
    instances: unique(environments.map((environment) => environment?.node?.instance)).map((id) =>
      arn('ec2', `instance/${id}`),
    ),
    // IAM refuses an empty list; a parameter that cannot exist allows nothing.
    parameters: (unique(parameters).length === 0 ? ['/hawser/none'] : unique(parameters)).map((name) =>
      arn('ssm', `parameter${name}`),
    ),
    driftRate: rate(config?.drift?.every ?? '1h'),
    assumedByLambda: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    logsOf: Object.fromEntries(functions.map((name) => [name, logs(name)])),
  };
};

/** Secrets Manager adds a hyphen and six characters to a secret's name in its ARN. */
function secrets(names) {
  return unique(names).map((name) => arn('secretsmanager', `secret:${name}-??????`));
}

function arn(service, resource) {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}` };
}

function logs(name) {
  return {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: { 'Fn::Sub': `\${${name[0].toUpperCase()}${name.slice(1)}LogGroup.Arn}:*` },
  };
}

function unique(values) {
  return [...new Set(values.filter((value) => typeof value === 'string'))];
}

/** `90s`, `5m`, `2h` as a rate of EventBridge Scheduler, which counts whole minutes. */
function rate(duration) {
  const seconds = Number(duration.slice(0, -1)) * { s: 1, m: 60, h: 3600 }[duration.slice(-1)];
  const minutes = Math.max(1, Math.round(seconds / 60));
  return `rate(${minutes} ${minutes === 1 ? 'minute' : 'minutes'})`;
}
