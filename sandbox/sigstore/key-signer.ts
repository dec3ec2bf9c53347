import { generateKeyPairSync, sign } from 'node:crypto';
import { keyBundle, keyHint, preAuthEncoding } from '../../scanners/verdict/envelope.ts';
import { PAYLOAD_TYPE } from '../../scanners/verdict/statement.ts';

export interface KeySigner {
  /** PEM, as `gate.keys` takes it. */
  readonly publicKey: string;
  /** Signs as a key in KMS does. Returns the bundle's JSON. `payload`: what is no text is written as JSON. `payloadType`: default an in-toto statement's. */
  signWithKey(payload: object | string, payloadType?: string): string;
}

/** A fresh key pair, ECC P-256, that signs statements without a certificate. */
export function keySigner(): KeySigner {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    publicKey,
    signWithKey(payload, payloadType = PAYLOAD_TYPE) {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const signature = sign('sha256', preAuthEncoding(payloadType, text), pair.privateKey);
      return keyBundle(text, payloadType, signature, keyHint(publicKey));
    },
  };
}
