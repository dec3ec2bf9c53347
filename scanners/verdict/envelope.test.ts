import { createHash, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { bundleFromJSON } from '@sigstore/bundle';
import { PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyBundle, keyHint, preAuthEncoding } from './envelope.ts';
import { PAYLOAD_TYPE } from './statement.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const derOf = (pem: string): Buffer => createPublicKey(pem).export({ type: 'spki', format: 'der' });
const signed = (payload: string): string =>
  keyBundle(payload, PAYLOAD_TYPE, sign('sha256', preAuthEncoding(PAYLOAD_TYPE, payload), privateKey), hintOf());
const hintOf = (): string => keyHint(pemOf(publicKey));

describe('preAuthEncoding', () => {
  it.each([
    { type: 'text/plain', payload: 'hello world', encoded: 'DSSEv1 10 text/plain 11 hello world' },
    { type: '', payload: '', encoded: 'DSSEv1 0  0 ' },
    // Lengths count bytes, not characters.
    { type: 'typ/ü', payload: 'añb', encoded: 'DSSEv1 6 typ/ü 4 añb' },
  ])('of $payload as $type is $encoded', ({ type, payload, encoded }) => {
    expect(preAuthEncoding(type, payload).toString('utf8')).toBe(encoded);
  });

  it('is another for every other pair of type and payload, whatever blanks and digits are in them', () => {
    const part = fc.string({ unit: fc.constantFrom(' ', '0', '1', 'a', 'ü'), maxLength: 6 });
    const pair = fc.tuple(part, part);
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const isSame = one[0] === other[0] && one[1] === other[1];
        expect(preAuthEncoding(...one).equals(preAuthEncoding(...other))).toBe(isSame);
      }),
    );
  });
});

describe('keyHint', () => {
  it('is the SHA-256 of the DER, however the PEM is written', () => {
    const pem = pemOf(publicKey);
    const expected = `sha256:${createHash('sha256').update(derOf(pem)).digest('hex')}`;
    expect([keyHint(pem), keyHint(pem.trimEnd()), keyHint(pem.replaceAll('\n', '\r\n'))]).toEqual([
      expected,
      expected,
      expected,
    ]);
  });

  it('refuses what is no key', () => {
    expect(() => keyHint('nothing')).toThrow('DECODER routines');
  });
});

describe('keyBundle', () => {
  it('has the shape of a Sigstore bundle v0.3 with a key, and nothing of a certificate or a log', () => {
    expect(JSON.parse(signed('{"a":1}'))).toEqual({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        publicKey: { hint: hintOf() },
        timestampVerificationData: {},
      },
      dsseEnvelope: {
        payload: Buffer.from('{"a":1}').toString('base64'),
        payloadType: PAYLOAD_TYPE,
        signatures: [{ sig: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) as string, keyid: hintOf() }],
      },
    });
  });

  it('is read back and verified with the key that the hint names, for any payload but an empty one', () => {
    const verifier = verifierOf(hintOf(), derOf(pemOf(publicKey)));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (payload) => {
        const bundle = bundleFromJSON(JSON.parse(signed(payload)));
        verifier.verify(toSignedEntity(bundle));
        expect(contentOf(signed(payload)).equals(Buffer.from(payload))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('is not verified once the payload is another, or with another key by the same hint', () => {
    const good = JSON.parse(signed('{"verdict":"block"}')) as { dsseEnvelope: { payload: string } };
    const changed = structuredClone(good);
    changed.dsseEnvelope.payload = Buffer.from('{"verdict":"pass"}').toString('base64');
    const right = verifierOf(hintOf(), derOf(pemOf(publicKey)));
    const other = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
    const check = (verifier: Verifier, json: object) => () => verifier.verify(toSignedEntity(bundleFromJSON(json)));
    expect(check(right, good)).not.toThrow();
    expect(check(right, changed)).toThrow('signature verification failed');
    expect(check(verifierOf(hintOf(), derOf(other)), good)).toThrow('signature verification failed');
    expect(check(verifierOf(keyHint(other), derOf(other)), good)).toThrow('key not found');
  });

  it('signs what any implementation of DSSE verifies, without this library', () => {
    const json = JSON.parse(signed('hello')) as { dsseEnvelope: { signatures: [{ sig: string }] } };
    const data = Buffer.from(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} 5 hello`);
    expect(verify('sha256', data, publicKey, Buffer.from(json.dsseEnvelope.signatures[0].sig, 'base64'))).toBe(true);
  });
});

function contentOf(text: string): Buffer {
  return Buffer.from((JSON.parse(text) as { dsseEnvelope: { payload: string } }).dsseEnvelope.payload, 'base64');
}

function verifierOf(hint: string, rawBytes: Buffer): Verifier {
  const keys = { [hint]: { rawBytes, keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256 } };
  const thresholds = { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 };
  return new Verifier(toTrustMaterial(TrustedRoot.fromJSON({}), keys), thresholds);
}
