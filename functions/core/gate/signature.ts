import { bundleFromJSON, type Bundle } from '@sigstore/bundle';
import type { X509Certificate } from '@sigstore/core';
import { toSignedEntity, VerificationError, type SignedEntity, type Signer } from '@sigstore/verify';
import { PAYLOAD_TYPE } from '../../../scanners/verdict/statement.ts';
import { claimsOf, type CertificateClaims } from './certificate.ts';
import { tooLong, tooMuch } from './limits.ts';
import { refuse, type Refusal } from './refusal.ts';
import type { Trust } from './trust.ts';

/** What was signed, and by whom, once both are verified. */
export interface Signed {
  payload: string;
  by: { kind: 'certificate'; claims: CertificateClaims } | { kind: 'key'; hint: string };
  /** The earliest time that an authority vouches for; undefined for a key. */
  at: Date | undefined;
}

/** Verifies a Sigstore bundle offline. `text` is its JSON; nothing of it is believed before. Returns what is wrong with it otherwise. */
export function verifyBundle(text: string, trust: Trust): Signed | Refusal {
  const long = tooLong(text);
  if (long !== undefined) return refuse('GateVerdictInvalid', long);
  let bundle: Bundle;
  let entity: SignedEntity;
  try {
    bundle = bundleFromJSON(JSON.parse(text));
    const much = tooMuch(bundle);
    if (much !== undefined) return refuse('GateVerdictInvalid', much);
    entity = toSignedEntity(bundle);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return refuse('GateVerdictInvalid', `it is no Sigstore bundle: ${why}`);
  }
  if (bundle.content.$case !== 'dsseEnvelope')
    return refuse('GateVerdictInvalid', 'it is a signature without statement');
  const { payload, payloadType, signatures } = bundle.content.dsseEnvelope;
  if (payloadType !== PAYLOAD_TYPE) return refuse('GateVerdictInvalid', `what is signed is of type ${payloadType}`);
  if (signatures.length !== 1) return refuse('GateVerdictInvalid', `it has ${signatures.length} signatures`);
  // A bundle could bring the other kind of proof, of somebody who may not sign.
  if ((entity.key.$case === 'public-key') !== (trust.signedBy === 'key'))
    return refuse(
      'GateSignerUntrusted',
      `it is signed ${trust.signedBy === 'key' ? 'with a certificate' : 'with a bare key'}`,
    );
  const signer = verified(entity, trust);
  if ('code' in signer) return signer;
  return {
    payload: payload.toString('utf8'),
    by:
      entity.key.$case === 'public-key'
        ? { kind: 'key', hint: entity.key.hint }
        : { kind: 'certificate', claims: claimsOf(signer) },
    at: earliest(entity),
  };
}

/** By the first verifier that accepts it; otherwise the refusal of the one that came furthest. */
function verified(entity: SignedEntity, { authorities }: Trust): Signer | Refusal {
  const refusals: Refusal[] = [];
  for (const { verifier, issuers } of authorities) {
    try {
      return verifier.verify(entity);
    } catch (error) {
      // The library looks at the time first. Of a stranger's signature it is not the time that is wrong.
      refusals.push(isIssuedBy(issuers, entity) ? refusalOf(error) : STRANGER);
    }
  }
  const furthest = (code: Refusal['code']): Refusal | undefined => refusals.find((one) => one.code === code);
  return (
    furthest('GateSignatureInvalid') ??
    furthest('GateTimestampInvalid') ??
    furthest('GateSignerUntrusted') ??
    refuse('GateVerdictInvalid', refusals[0]?.why ?? 'nobody is trusted')
  );
}

const STRANGER = refuse('GateSignerUntrusted', 'its certificate is of an authority that is not trusted here');

/** Whether one of them has signed the certificate, whenever that was. A key has no issuer. */
function isIssuedBy(issuers: readonly X509Certificate[], { key }: SignedEntity): boolean {
  if (key.$case === 'public-key') return true;
  return issuers.some((issuer) => {
    try {
      return key.certificate.verify(issuer);
    } catch {
      return false;
    }
  });
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof VerificationError)) {
    // The library meets what it cannot read only here: keys of a strange kind, times that are none.
    return refuse('GateVerdictInvalid', error instanceof Error ? error.message : String(error));
  }
  const why = error.message;
  switch (error.code) {
    case 'SIGNATURE_ERROR':
    case 'TLOG_BODY_ERROR':
      return refuse('GateSignatureInvalid', `the signature is not of what it says now (${why})`);
    case 'CERTIFICATE_ERROR':
    case 'PUBLIC_KEY_ERROR':
      return refuse('GateSignerUntrusted', why);
    default:
      return refuse('GateTimestampInvalid', why);
  }
}

/** Only times that were verified: those of a timestamp authority, and of a log that has promised the entry. */
function earliest({ timestamps }: SignedEntity): Date | undefined {
  const times = timestamps.flatMap((one) => {
    if (one.$case === 'timestamp-authority') return one.timestamp.signingTime.getTime();
    return one.tlogEntry.inclusionPromise === undefined ? [] : Number(one.tlogEntry.integratedTime) * 1_000;
  });
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}
