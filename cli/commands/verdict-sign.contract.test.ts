import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { rawConfig } from '../../functions/core/testing/config.ts';
import { clientConfig, SANDBOX_ENV } from '../../sandbox/aws/client.ts';
import { startMinistack, type Ministack } from '../../sandbox/aws/ministack.ts';
import { ociImage } from '../../sandbox/node/oci.ts';
import { openWorkspace, type Workspace } from '../../sandbox/host/workspace.ts';
import { pushByHttp } from '../../sandbox/registry/push.ts';
import { startRegistry, type Credentials, type Registry } from '../../sandbox/registry/registry.ts';
import { createProgress } from '../../sandbox/setup/progress.mjs';
import { ministackServer } from '../../sandbox/setup/python.mjs';
import { PREDICATE_TYPE } from '../../scanners/verdict/predicate.ts';
import { preAuthEncoding } from '../../scanners/verdict/envelope.ts';
import { PAYLOAD_TYPE } from '../../scanners/verdict/statement.ts';
import { hawser, hawserJson } from '../testing/hawser.ts';
import { startKms, type Kms } from '../testing/kms.ts';
import { runEnv } from '../testing/run.ts';

// A busy machine starts processes slowly.
vi.setConfig({ testTimeout: 60_000 });

const REPORT = join(import.meta.dirname, '..', '..', 'scanners', 'gitleaks', 'fixtures', 'clean.json');
const IMAGE = `ghcr.io/acme/shop@sha256:${'ab'.repeat(32)}`;
const folder = mkdtempSync(join(tmpdir(), 'hawser-sign-'));
const gateFile = join(folder, 'gate.json');
let kms: Kms;

beforeAll(async () => {
  kms = await startKms();
  const coverage = join(folder, 'coverage.json');
  writeFileSync(coverage, '{"gitleaks": {"commits": 1}}');
  writeFileSync(gateFile, (await hawser(['gate', '--json', '--coverage', coverage, `gitleaks=${REPORT}`])).stdout);
});
afterAll(async () => {
  await kms?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const signing = (image: string, ...more: string[]): string[] => {
  const words = ['verdict', 'sign', '--gate', gateFile, '--image', image, '--key', 'alias/verdict'];
  return [...words, ...more];
};
const env = (): Record<string, string> => ({ ...runEnv, ...kms.env });

describe('hawser verdict public-key', () => {
  it('prints the key as gate.keys has it, and what verdicts call it', async () => {
    const ran = await hawser(['verdict', 'public-key', '--key', 'alias/verdict'], kms.env);
    expect({ status: ran.status, stdout: ran.stdout }).toEqual({ status: 0, stdout: kms.pem });
    expect(ran.stderr).toMatch(/sha256:[0-9a-f]{64}/);
    expect(await hawserJson(['verdict', 'public-key', '--key', 'alias/verdict'], kms.env)).toEqual({
      status: 0,
      value: { pem: kms.pem, hint: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    });
  });

  test.each([
    ['alias/rsa', 2, 'InputInvalid', /RSA_2048 for SIGN_VERIFY; .*ECC_NIST_P256/],
    ['alias/agreement', 2, 'InputInvalid', /for KEY_AGREEMENT/],
    ['alias/symmetric', 2, 'InputInvalid', /symmetric/],
    ['alias/disabled', 2, 'InputInvalid', /disabled/],
    ['alias/nobody', 2, 'InputInvalid', /no such key/],
    ['alias/forbidden', 1, 'AccessDenied', /kms:GetPublicKey on alias\/forbidden/],
  ])('says why %s cannot be used: %i', async (key, status, code, summary) => {
    expect(await hawserJson(['verdict', 'public-key', '--key', key], kms.env)).toMatchObject({
      status,
      value: { ok: false, code, summary: expect.stringMatching(summary) },
    });
  });

  it('says so when no region is set', async () => {
    const { AWS_REGION: _, ...rest } = kms.env;
    const ran = await hawser(['verdict', 'public-key', '--key', 'alias/verdict'], { ...rest, HOME: folder });
    expect(ran).toMatchObject({ status: 2, stderr: expect.stringMatching(/--region/) });
  });
});

describe('hawser verdict sign --print', () => {
  it('prints a bundle of the verdict that the key has signed', async () => {
    const { status, stdout } = await hawser(signing(IMAGE, '--print'), env());
    expect(status).toBe(0);
    const bundle = JSON.parse(stdout) as Bundle;
    expect(bundle.mediaType).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    const { payload, payloadType, signatures } = bundle.dsseEnvelope;
    const text = Buffer.from(payload, 'base64').toString();
    expect(payloadType).toBe(PAYLOAD_TYPE);
    expect(JSON.parse(text)).toMatchObject({
      subject: [{ name: 'ghcr.io/acme/shop', digest: { sha256: 'ab'.repeat(32) } }],
      predicateType: PREDICATE_TYPE,
      predicate: { verdict: 'pass', source: { commit: runEnv.GITHUB_SHA }, run: { id: '9876543210', attempt: 2 } },
    });
    // By node:crypto alone: it hashes what KMS got the hash of.
    const signature = Buffer.from(signatures[0]?.sig ?? '', 'base64');
    expect(verify('sha256', preAuthEncoding(payloadType, text), createPublicKey(kms.pem), signature)).toBe(true);
    expect(kms.calls.filter(({ action }) => action === 'Sign').at(-1)?.input).toMatchObject({
      KeyId: 'alias/verdict',
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    });
  });

  it('gives nothing away that does not verify with the key that KMS shows', async () => {
    await using other = await startKms({ signsWithAnother: true });
    const ran = await hawserJson(signing(IMAGE, '--print'), { ...env(), ...other.env });
    expect(ran).toMatchObject({
      status: 1,
      value: { code: 'Unexpected', summary: expect.stringMatching(/does not verify/) },
    });
  });

  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['a tag', signing('ghcr.io/acme/shop:1', '--print'), {}, /@sha256/],
    ['no registry in its name', signing(`shop@sha256:${'ab'.repeat(32)}`, '--print'), {}, /HOST\/NAME/],
    ['a user without a password', signing(IMAGE, '--username', 'ana'), {}, /HAWSER_REGISTRY_PASSWORD is not set/],
    ['a password without a user', signing(IMAGE), { HAWSER_REGISTRY_PASSWORD: 'x' }, /--username is missing/],
    ['no run', signing(IMAGE, '--print'), { GITHUB_RUN_ID: '' }, /GITHUB_RUN_ID: is not set/],
  ])('refuses %s before it asks for a signature', async (_, words, more, summary) => {
    const before = kms.calls.length;
    expect(await hawserJson(words, { ...env(), ...more })).toMatchObject({
      status: 2,
      value: { code: 'InputInvalid', summary: expect.stringMatching(summary) },
    });
    expect(kms.calls).toHaveLength(before);
  });
});

describe('hawser verdict sign, then verify', () => {
  let workspace: Workspace;
  let registry: Registry;
  let ministack: Ministack;
  let image: string;
  let aws: Record<string, string>;
  const config = join(folder, 'deploy.yaml');

  beforeAll(async () => {
    workspace = await openWorkspace();
    registry = await startRegistry(workspace, { address: '127.0.0.1' });
    const bin = await ministackServer(createProgress());
    ministack = await startMinistack(workspace, { bin, nodeDir: dirname(process.execPath), env: {} });
    aws = { ...SANDBOX_ENV, AWS_ENDPOINT_URL: ministack.url };
    await createKey(ministack.url, 'alias/verdict');
    const digest = await pushByHttp(
      registry,
      'acme/shop',
      runEnv.GITHUB_SHA,
      ociImage([{ name: 'app', content: Buffer.from('shop') }], {}),
    );
    image = `${registry.host}/acme/shop@${digest}`;
    const raw = rawConfig();
    const app = raw['app'] as { source: object };
    const source = { ...app.source, repositoryId: Number(runEnv.GITHUB_REPOSITORY_ID) };
    const { stdout: pem } = await hawser(['verdict', 'public-key', '--key', 'alias/verdict'], aws);
    const gate = { signedBy: 'key', keys: [pem] };
    writeFileSync(config, JSON.stringify({ ...raw, app: { ...app, source }, gate }));
    writeFileSync(join(folder, 'policy.yaml'), 'version: 1\n');
  });
  afterAll(async () => {
    await registry?.stop();
    await ministack?.stop();
    const left = await workspace?.close();
    if (left?.length) throw new Error(`left behind: ${left.join(', ')}`);
  });

  const trusting = (user: Credentials) => ({
    ...env(),
    ...aws,
    NODE_EXTRA_CA_CERTS: registry.caFile,
    HAWSER_REGISTRY_PASSWORD: user.password,
  });
  const verifying = (): string[] => {
    const rules = ['--config', config, '--policy', join(folder, 'policy.yaml')];
    const words = ['verdict', 'verify', '--image', image, '--revision', runEnv.GITHUB_SHA];
    return [...words, ...rules, '--username', registry.pull.username];
  };

  it('lets nothing in before, and the image after', async () => {
    expect(await hawserJson(verifying(), trusting(registry.pull))).toMatchObject({
      status: 3,
      value: { ok: false, code: 'GateMissing', hint: expect.stringContaining(runEnv.GITHUB_SHA) },
    });
    const signed = await hawserJson(signing(image, '--username', registry.push.username), trusting(registry.push));
    const [name, digest] = image.split('@');
    const key = expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string;
    expect(signed).toEqual({
      status: 0,
      value: { image: name, digest, verdict: 'pass', key, attached: { digest: key, foundBy: 'tag' } },
    });
    expect(await hawserJson(verifying(), trusting(registry.pull))).toMatchObject({
      status: 0,
      value: {
        ok: true,
        gate: { state: 'accepted', signedBy: expect.stringMatching(/^key sha256:/), tools: ['gitleaks'] },
      },
    });
  });

  it('says why it cannot attach: a user who may only pull', async () => {
    const ran = await hawserJson(signing(image, '--username', registry.pull.username), trusting(registry.pull));
    expect(ran).toMatchObject({
      status: 1,
      value: { code: 'ImagePullDenied', hint: expect.stringContaining('write:packages') },
    });
  });
});

/** A key of the emulator's KMS, as docs/verdict.md has it made. */
async function createKey(endpoint: string, name: string): Promise<void> {
  const client = new KMSClient(clientConfig(endpoint));
  try {
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    );
    await client.send(new CreateAliasCommand({ AliasName: name, TargetKeyId: KeyMetadata?.KeyId }));
  } finally {
    client.destroy();
  }
}

interface Bundle {
  mediaType: string;
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] };
}
