import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Predicate } from '../../../scanners/verdict/predicate.ts';
import { originOf } from './origin.ts';
import { isRefusal } from './refusal.ts';
import { verifyBundle, type Signed } from './signature.ts';
import { publicTrust } from './trust.ts';

// What a reusable workflow on GitHub has signed for another repository: entry 95781729 of Sigstore's public log.
const text = readFileSync(join(import.meta.dirname, 'fixtures/github-attestation.json'), 'utf8');
const signed = (bundle = text): Signed => {
  const result = verifyBundle(bundle, publicTrust());
  if (isRefusal(result)) throw new Error(`${result.code}: ${result.why}`);
  return result;
};
const nothing = {} as Predicate;

test('the shipped root verifies what GitHub signs, and its certificate tells where it comes from', () => {
  const signer = 'bdehamer/workflows/.github/workflows/attest.yml@refs/heads/main';
  expect(signed().at).toEqual(new Date('2024-05-21T22:56:17Z'));
  expect(originOf(signed(), nothing, signer)).toEqual({
    signedBy: `https://github.com/${signer}`,
    repositoryId: '804070735',
    workflow: '.github/workflows/shared.yml',
    ref: 'refs/heads/main',
    trigger: 'workflow_dispatch',
    runner: 'github-hosted',
    commit: '8304c42402aa3a569882687e0642c359e5a74ac2',
    runId: '9182555064',
  });
});

test('with a reusable workflow the certificate is in its name: it must be named', () => {
  expect(originOf(signed(), nothing, undefined)).toMatchObject({ code: 'GateWorkflowMismatch' });
});

test('one letter of the payload more, and it is not what was signed', () => {
  const bundle = JSON.parse(text) as { dsseEnvelope: { payload: string } };
  const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString();
  bundle.dsseEnvelope.payload = Buffer.from(`${payload} `).toString('base64');
  expect(verifyBundle(JSON.stringify(bundle), publicTrust())).toMatchObject({ code: 'GateSignatureInvalid' });
});
