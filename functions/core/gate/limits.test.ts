import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { publicTrust } from './trust.ts';
import { verifyBundle } from './signature.ts';

interface Shape {
  verificationMaterial: {
    tlogEntries: Record<string, unknown>[];
    timestampVerificationData: { rfc3161Timestamps?: { signedTimestamp: string }[] };
    x509CertificateChain?: { certificates: { rawBytes: string }[] };
    certificate?: { rawBytes: string };
  };
}

const text = readFileSync(join(import.meta.dirname, 'fixtures/github-attestation.json'), 'utf8');
/** What a real bundle is called once something in it was made more of; its hashes are no proof, so it is refused in any case. */
const verdictOn = (
  change: (material: Shape['verificationMaterial'], entry: Record<string, unknown>) => void,
): unknown => {
  const bundle = JSON.parse(text) as Shape;
  const [entry = {}] = bundle.verificationMaterial.tlogEntries;
  change(bundle.verificationMaterial, entry);
  return verifyBundle(JSON.stringify(bundle), publicTrust());
};
const base64 = (bytes: number): string => Buffer.alloc(bytes, 5).toString('base64');
const proof = (hashes: number, envelope = ''): object => ({
  logIndex: '1',
  treeSize: '2',
  rootHash: base64(32),
  hashes: Array.from({ length: hashes }, () => base64(32)),
  checkpoint: { envelope },
});
const tooMuch = /^it has \d+ [a-z ]+, more than \d+$/;

describe('more than any verdict has is refused before anything is verified', () => {
  test.each<[string, Parameters<typeof verdictOn>[0]]>([
    ['log entries', (material, entry) => (material.tlogEntries = Array.from({ length: 5 }, (_, integratedTime) => ({ ...entry, integratedTime })))],
    ['timestamps', ({ timestampVerificationData: data }) => (data.rfc3161Timestamps = Array.from({ length: 5 }, () => ({ signedTimestamp: base64(9) })))],
    ['certificates', ({ x509CertificateChain: { certificates } = { certificates: [] } }) => certificates.push(...Array.from({ length: 8 }, () => ({ rawBytes: base64(9) })))],
    ['bytes in a certificate', ({ x509CertificateChain: { certificates } = { certificates: [] } }) => certificates.push({ rawBytes: base64(16_385) })],
    [
      'bytes in a certificate',
      (material) => {
        delete material.x509CertificateChain;
        material.certificate = { rawBytes: base64(16_385) };
      },
    ],
    ['bytes in a timestamp', ({ timestampVerificationData: data }) => (data.rfc3161Timestamps = [{ signedTimestamp: base64(65_537) }])],
    ['hashes in a proof', (_, entry) => (entry['inclusionProof'] = proof(65))],
    ['characters in a checkpoint', (_, entry) => (entry['inclusionProof'] = proof(1, 'x'.repeat(16_385)))],
  ])('%s', (what, change) => {
    expect(verdictOn(change)).toEqual({
      code: 'GateVerdictInvalid',
      why: expect.stringMatching(tooMuch) as string,
      details: {},
    });
    expect(verdictOn(change)).toMatchObject({ why: expect.stringContaining(` ${what}, `) as string });
  }); // prettier-ignore

  test.each<[string, Parameters<typeof verdictOn>[0]]>([
    ['four log entries', (material, entry) => (material.tlogEntries = Array.from({ length: 4 }, (_, integratedTime) => ({ ...entry, integratedTime })))],
    ['a proof in a log of 2^64 entries', (_, entry) => (entry['inclusionProof'] = proof(64, 'x'.repeat(16_384)))],
  ])('%s are looked at', (_, change) => {
    expect(verdictOn(change)).toEqual(expect.objectContaining({ code: expect.not.stringMatching('GateVerdictInvalid') as string }));
  }); // prettier-ignore

  test('a text of more than a MiB is not even parsed', () => {
    expect(verifyBundle('{'.padEnd(1_048_577), publicTrust())).toMatchObject({
      why: 'it has more than 1048576 characters',
    });
  });
});
