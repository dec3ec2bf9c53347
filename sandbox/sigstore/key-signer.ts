import { generateKeyPairSync, sign } from 'node:crypto';
import { keyBundle, keyHint, preAuthEncoding } from '../../scanners/verdict/envelope.ts';
import { PAYLOAD_TYPE } from '../../scanners/verdict/statement.ts';

export interface KeySigner {
  /** PEM, as `gate.keys` takes it. */
  readonly publicKey: string;
  /** Signs as a key in KMS does. Returns the bundle's JSON. `payload`: what is no text is written as JSON. */
  signWithKey(payload: object | string): string;
}

/** A fresh key pair, ECC P-256, that signs statements without a certificate. */
export function keySigner(): KeySigner {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    publicKey,
    signWithKey(payload) {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const signature = sign('sha256', preAuthEncoding(PAYLOAD_TYPE, text), pair.privateKey);
      return keyBundle(text, PAYLOAD_TYPE, signature, keyHint(publicKey));
    },
  };
}
