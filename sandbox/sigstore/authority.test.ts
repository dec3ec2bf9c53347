import { bundleFromJSON } from '@sigstore/bundle';
import { ASN1Obj } from '@sigstore/core';
import { PublicKeyDetails, TrustedRoot, type PublicKey } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier, type Signer } from '@sigstore/verify';
import { createPublicKey } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyHint } from '../../scanners/verdict/envelope.ts';
import { startAuthority, type Authority } from './authority.ts';
import { githubClaims } from './claims.ts';
import { keySigner } from './key-signer.ts';

const run = { repository: 'acme/shop', repositoryId: 123_456_789, sha: 'a'.repeat(40), runId: 1_000_001, attempt: 2 };
const claims = githubClaims(run);
const payload = { verdict: 'pass' };

interface Json {
  dsseEnvelope: { payload: string; payloadType: string };
  verificationMaterial: { tlogEntries?: { integratedTime: string }[]; timestampVerificationData: object };
}
const read = (bundle: string): Json => JSON.parse(bundle) as Json;
const contentOf = (bundle: string): string => Buffer.from(read(bundle).dsseEnvelope.payload, 'base64').toString('utf8');

const strict = { ctlogThreshold: 1, tlogThreshold: 1, timestampThreshold: 1 };
const withoutLog = { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 1 };

function verify(bundle: string, trustedRoot: string, thresholds: typeof strict): Signer {
  const trust = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(trustedRoot)));
  return new Verifier(trust, thresholds).verify(toSignedEntity(bundleFromJSON(JSON.parse(bundle))));
}

/** Fulcio's extensions by their last number, those that are DER strings. */
function extensions({ identity }: Signer): Record<number, string> {
  const fulcio = (identity?.oids ?? []).flatMap(({ oid, value }) => {
    const id = oid?.id ?? [];
    return id.slice(0, -1).join('.') === '1.3.6.1.4.1.57264.1' ? [{ last: id.at(-1) ?? 0, value }] : [];
  });
  const text = (der: Uint8Array): string => ASN1Obj.parseBuffer(Buffer.from(der)).value.toString('utf8');
  return Object.fromEntries(fulcio.filter(({ last }) => last >= 8).map(({ last, value }) => [last, text(value)]));
}

describe.each([
  {
    what: 'with logs, as the public one',
    log: true,
    thresholds: strict,
    untrusted: 'Failed to verify certificate chain',
    altered: 'DSSE payload hash mismatch',
  },
  {
    what: "without, as GitHub's own",
    log: false,
    thresholds: withoutLog,
    untrusted: 'timestamp could not be verified',
    altered: 'signature verification failed',
  },
])('an authority $what', ({ log, thresholds, untrusted, altered }) => {
  let authority: Authority;
  let other: Authority;
  let bundle: string;
  beforeAll(async () => {
    [authority, other] = await Promise.all([startAuthority({ log }), startAuthority({ log })]);
    bundle = await authority.sign(payload, claims);
  });
  afterAll(() => Promise.all([authority?.stop(), other?.stop()]));

  it('signs what @sigstore/verify accepts by its trusted root alone', () => {
    const { identity } = verify(bundle, authority.trustedRoot, thresholds);
    expect(identity?.subjectAlternativeName).toBe(`https://github.com/${claims.job_workflow_ref}`);
    expect([contentOf(bundle), read(bundle).dsseEnvelope.payloadType]).toEqual([
      JSON.stringify(payload),
      'application/vnd.in-toto+json',
    ]);
    expect(() => verify(bundle, other.trustedRoot, thresholds)).toThrow(untrusted);
  });

  it('writes what the token says into the certificate', () => {
    const workflow = 'https://github.com/acme/shop/.github/workflows/ci.yml@refs/heads/main';
    expect(extensions(verify(bundle, authority.trustedRoot, thresholds))).toEqual({
      8: 'https://token.actions.githubusercontent.com',
      9: workflow,
      10: run.sha,
      11: 'github-hosted',
      12: 'https://github.com/acme/shop',
      13: run.sha,
      14: 'refs/heads/main',
      15: '123456789',
      16: 'https://github.com/acme',
      17: claims.repository_owner_id,
      18: workflow,
      19: run.sha,
      20: 'push',
      21: 'https://github.com/acme/shop/actions/runs/1000001/attempts/2',
      22: 'private',
    });
  });

  it('names a reusable workflow as the signer', async () => {
    const reusable = 'acme/ci/.github/workflows/verdict.yml@refs/tags/v1';
    const signed = await authority.sign(payload, githubClaims(run, { job_workflow_ref: reusable }));
    const signer = verify(signed, authority.trustedRoot, thresholds);
    expect(signer.identity?.subjectAlternativeName).toBe(`https://github.com/${reusable}`);
    expect(extensions(signer)).toMatchObject({
      9: `https://github.com/${reusable}`,
      18: `https://github.com/${claims.workflow_ref}`,
    });
  });

  it('does not vouch for a payload that was changed', () => {
    const changed = read(bundle);
    changed.dsseEnvelope.payload = Buffer.from('{"verdict":"pass","more":1}').toString('base64');
    expect(() => verify(JSON.stringify(changed), authority.trustedRoot, thresholds)).toThrow(altered);
  });

  it('signs at any time since 2020, to the second', async () => {
    const at = new Date('2024-02-29T12:00:00.120Z');
    const signed = await authority.sign(payload, claims, { at });
    verify(signed, authority.trustedRoot, thresholds);
    const [time] = toSignedEntity(bundleFromJSON(JSON.parse(signed))).timestamps;
    const told =
      time?.$case === 'timestamp-authority'
        ? time.timestamp.signingTime
        : new Date(Number(time?.tlogEntry.integratedTime) * 1_000);
    expect(told.toISOString()).toBe('2024-02-29T12:00:00.000Z');
  });

  it('signs text as it is, of the type that is asked', async () => {
    const signed = await authority.sign('plain', claims, { payloadType: 'text/plain' });
    expect([contentOf(signed), read(signed).dsseEnvelope.payloadType]).toEqual(['plain', 'text/plain']);
  });

  it('keeps no connection: one reused just as its idle time ends is reset, and the client asks only once', async () => {
    const opened: Socket[] = [];
    const note = (message: unknown): void => void opened.push((message as { socket: Socket }).socket);
    diagnostics.subscribe('net.client.socket', note);
    try {
      await authority.sign(payload, claims);
      await authority.sign(payload, claims);
    } finally {
      diagnostics.unsubscribe('net.client.socket', note);
    }
    expect(opened).toHaveLength(4);
  });

  it(`has ${log ? 'a log entry and no' : 'no log entry but a'} timestamp in the bundle`, () => {
    const { tlogEntries = [], timestampVerificationData } = read(bundle).verificationMaterial;
    expect([tlogEntries.length, Object.keys(timestampVerificationData).length]).toEqual(log ? [1, 0] : [0, 1]);
  });
});

it('a certificate without a log is not enough where one is asked for', async () => {
  const authority = await startAuthority({ log: false });
  const bundle = await authority.sign(payload, claims);
  await authority.stop();
  expect(() => verify(bundle, authority.trustedRoot, strict)).toThrow('expected 1 SCTs, got 0');
});

describe('keySigner', () => {
  it('signs what is verified with its own public key, and not with another', () => {
    const [signer, other] = [keySigner(), keySigner()];
    const bundle = signer.signWithKey(payload);
    expect(contentOf(bundle)).toBe(JSON.stringify(payload));
    const check = (hint: string, pem: string): Signer => {
      const rawBytes = createPublicKey(pem).export({ type: 'spki', format: 'der' });
      const key: PublicKey = { rawBytes, keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256, validFor: undefined };
      const trust = toTrustMaterial(TrustedRoot.fromJSON({}), { [hint]: key });
      const none = { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 };
      return new Verifier(trust, none).verify(toSignedEntity(bundleFromJSON(JSON.parse(bundle))));
    };
    const hint = keyHint(signer.publicKey);
    expect(check(hint, signer.publicKey).identity).toBeUndefined();
    expect(() => check(hint, other.publicKey)).toThrow('signature verification failed');
    expect(() => check(keyHint(other.publicKey), other.publicKey)).toThrow('key not found');
  });
});
