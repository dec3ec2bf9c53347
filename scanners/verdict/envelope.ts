import { createHash, createPublicKey } from 'node:crypto';
import { bundleToJSON, toDSSEBundle } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';

/** What is signed of a payload: its type and itself, each with its length before it (DSSE, v1). `payload`: text, signed as UTF-8. */
export function preAuthEncoding(payloadType: string, payload: string): Buffer {
  return dsse.preAuthEncoding(payloadType, Buffer.from(payload));
}

/** What a bundle calls the key: `sha256:` and the hash of its SPKI in DER. `pem`: the public key. Throws when it is none. */
export function keyHint(pem: string): string {
  const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(spki).digest('hex')}`;
}

/**
 * The Sigstore bundle (v0.3, JSON) of a payload that a bare key has signed. `signature`: ECDSA in DER, of what `preAuthEncoding` makes.
 * Nobody vouches for its time: it has no log entry and no timestamp.
 */
export function keyBundle(payload: string, payloadType: string, signature: Uint8Array, hint: string): string {
  const bundle = toDSSEBundle({
    artifact: Buffer.from(payload),
    artifactType: payloadType,
    signature: Buffer.from(signature),
    keyHint: hint,
  });
  return JSON.stringify(bundleToJSON(bundle));
}
