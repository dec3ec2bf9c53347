import type { Signer } from '@sigstore/verify';

/**
 * What a certificate says of the run that it was issued to. Text of the extensions that Fulcio writes (fulcio, docs/oid-info.md);
 * undefined where there is none.
 */
export interface CertificateClaims {
  issuer: string | undefined;
  /** URI of the workflow that asked for the certificate: the subject alternative name. */
  signer: string | undefined;
  runner: string | undefined;
  repositoryUri: string | undefined;
  commit: string | undefined;
  ref: string | undefined;
  repositoryId: string | undefined;
  /** URI of the workflow that was triggered; another than `signer` when that is a reusable one. */
  workflow: string | undefined;
  trigger: string | undefined;
  /** URI of the attempt of the run. */
  run: string | undefined;
}

const FULCIO = [1, 3, 6, 1, 4, 1, 57264, 1];

/** Reads the claims of a signer whose certificate has been verified. */
export function claimsOf({ identity }: Signer): CertificateClaims {
  const text = (last: number): string | undefined => {
    const wanted = [...FULCIO, last].join('.');
    const found = identity?.oids?.find(({ oid }) => oid?.id.join('.') === wanted);
    return found === undefined ? undefined : utf8String(found.value);
  };
  return {
    issuer: text(8),
    signer: identity?.subjectAlternativeName,
    runner: text(11),
    repositoryUri: text(12),
    commit: text(13),
    ref: text(14),
    repositoryId: text(15),
    workflow: text(18),
    trigger: text(20),
    run: text(21),
  };
}

const UTF8_STRING = 0x0c;

/** The text of a DER UTF8String that fills the whole value; undefined for anything else. */
export function utf8String(der: Uint8Array): string | undefined {
  const [tag, first = 0] = der;
  if (tag !== UTF8_STRING) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  // Longer than 64 KiB is no name of anything.
  if (lengthBytes > 2 || first === 0x80) return undefined;
  const start = 2 + lengthBytes;
  const length = lengthBytes === 0 ? first : der.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  if (der.length !== start + length) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(der.subarray(start));
  } catch {
    return undefined;
  }
}
