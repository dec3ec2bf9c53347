import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { diagnosed, podCrashing, podIn, podWaiting, savedEvent } from '../testing/saved.ts';
import { redactLines, redactText } from './redaction.ts';

/** Texts with the secret in them, all of which must go. Put together here so that no scanner takes them for real ones. */
const canary = 'c4n4ryS3cr3tV4lu3';
const github = `ghp_${'a1B2c3D4'.repeat(5)}`;
const awsKey = ['AKIA', 'ABCDEFGH23456789'].join('');
const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', 'x'.repeat(20)].join('.');
const secrets: [string, string, string][] = [
  ['environment variable', `PASSWORD=${canary}`, canary],
  ['prefixed variable', `starting with DB_PASSWORD=${canary} PORT=80`, canary],
  ['quoted variable', `export API_KEY="${canary} more"`, canary],
  ['AWS secret key', `AWS_SECRET_ACCESS_KEY=${canary}/+abc`, canary],
  ['AWS key id', `using ${awsKey} in eu-west-1`, awsKey],
  ['GitHub token', `remote: ${github}`, github],
  ['fine-grained GitHub token', `github_pat_${'A1b2C3'.repeat(5)}`, 'A1b2C3A1b2'],
  ['Bearer', `Authorization: Bearer ${canary}`, canary],
  ['Bearer alone', `sent Bearer ${canary}.x-y`, canary],
  ['Basic', `Authorization: Basic ${canary}==`, canary],
  ['header of curl', `curl -H "authorization: token ${canary}"`, canary],
  ['cookie', `set-cookie: sid=${canary}; Path=/`, canary],
  ['URL', `postgres://app:${canary}@db:5432/shop`, canary],
  ['URL whose password has odd letters', `redis://:${canary}@1/x@cache:6379/0`, canary],
  ['token as the user of a URL', `https://${canary}@github.com/acme/shop.git`, canary],
  ['query', `GET https://r.example.com/v2/?token=${canary}&x=1`, canary],
  ['signature of S3', `https://s3/x?X-Amz-Signature=${canary}`, canary],
  ['JSON', `{"user":"a","password":"${canary}","x":1}`, canary],
  ['JSON client secret', `{"client_secret": "${canary}"}`, canary],
  ['YAML', `password: ${canary}`, canary],
  ['YAML token', `apiToken: ${canary}`, canary],
  ['argument', `node app.js --api-key ${canary} --port 80`, canary],
  ['argument with =', `node app.js --db-password=${canary}`, canary],
  ['JWT', `token was ${jwt}`, jwt],
  ['Slack', `xoxb-${canary}-${canary}`, canary],
  ['Slack hook', `https://hooks.slack.com/services/T0/B0/${canary}`, canary],
  ['Stripe', `sk_live_${canary}`, canary],
  ['PEM in one text', `-----BEGIN RSA PRIVATE KEY-----\n${canary}\n-----END RSA PRIVATE KEY-----`, canary],
  ['connection string', `Server=db;User Id=a;Password=${canary};Encrypt=true`, canary],
  ['DSN', `SENTRY_DSN=https://${canary}@o1.ingest.sentry.io/1`, canary],
];

describe('redaction', () => {
  test.each(secrets)('%s', (_, text, secret) => {
    expect(redactText(text)).not.toContain(secret);
    expect(redactText(text)).toContain('***');
  });

  test.each(secrets)('%s: not in the sentence, the log or the events of a failure', (_, text, secret) => {
    const line = text.replaceAll('\n', ' ');
    const failures = [
      diagnosed([podCrashing({ exitCode: 1 }), savedEvent('BackOff', `x ${text}`)], ['up', `Error: ${line}`]),
      diagnosed([podCrashing({ exitCode: 1, message: `Error: ${line}` })]),
      diagnosed([podIn({ running: {} }), savedEvent('Unhealthy', `Readiness probe failed: ${text}`)]),
      diagnosed([podWaiting('ErrImagePull', `unexpected: ${text}: 403 Forbidden`), savedEvent('Failed', `Failed to pull: ${text}`)]),
      diagnosed([savedEvent('FailedCreate', `Error creating: admission webhook "x" denied the request: ${text}`, { kind: 'ReplicaSet', name: 'r' })]),
    ]; // prettier-ignore
    expect(failures.every((failure) => failure !== undefined)).toBe(true);
    expect(JSON.stringify(failures)).not.toContain(secret);
  });

  test.each([
    'failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized',
    'secret "db" not found',
    "couldn't find key password in Secret shop/db",
    'exceeded quota: q, requested: secrets=1, used: secrets=10, limited: secrets=10',
    'failed to sync secret cache: timed out waiting for the condition',
    'failed to resolve reference "ghcr.io/acme/shop@sha256:4297f44b": not found',
    'docker://reg.example.com:5000/app@sha256:4297f44b',
    'Get "https://10.42.0.9:8443/x?a=b@c": connection refused',
    'Readiness probe failed: HTTP probe failed with statuscode: 503',
    'Basic authentication failed',
    'password authentication failed for user "app"',
    'open /etc/app: permission denied',
  ])('leaves alone: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('hides a private key that is spread over lines', () => {
    const lines = ['a', '-----BEGIN EC PRIVATE KEY-----', canary, canary, '-----END EC PRIVATE KEY-----', 'b'];
    expect(redactLines(lines)).toEqual(['a', '***', '***', '***', '***', 'b']);
  });

  it('is total, and does no more the second time', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const once = redactText(text);
        expect(redactText(once)).toBe(once);
      }),
    );
  });

  it('cuts what is too long to be looked through', () => {
    const long = redactText(`password=${canary} ${'password'.repeat(50_000)}`);
    expect(long).toHaveLength(4_000 - canary.length + '***'.length);
    expect(long).not.toContain(canary);
  });
});
