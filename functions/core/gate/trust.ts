import { createPublicKey } from 'node:crypto';
import type { X509Certificate } from '@sigstore/core';
import { PublicKeyDetails, TrustedRoot, type PublicKey } from '@sigstore/protobuf-specs';
import { toTrustMaterial, Verifier } from '@sigstore/verify';
import { keyHint } from '../../../scanners/verdict/envelope.ts';
import { configInvalid } from '../config.ts';
import { fail } from '../errors.ts';
import publicRoot from './trusted-root.json' with { type: 'json' };

/** Authorities that belong together, ready to verify with. */
export interface Authorities {
  verifier: Verifier;
  /** Of the certificate authorities; none for keys. */
  issuers: readonly X509Certificate[];
}

/** Who may have signed a verdict. */
export interface Trust {
  /** A signature that one of them accepts is good. */
  readonly authorities: readonly Authorities[];
  /** `github`: a certificate tells who signed. `key`: whoever holds the key. */
  readonly signedBy: 'github' | 'key';
}

/** Sigstore's public authorities, as they were when this version was made. */
export function publicTrust(): Trust {
  return { signedBy: 'github', authorities: [authoritiesOf(TrustedRoot.fromJSON(publicRoot))] };
}

/**
 * Authorities of one's own: what `gh attestation trusted-root` prints, one JSON object on each line, or one object over several lines.
 * `file` names it in the error. Throws ConfigInvalid.
 */
export function trustOfRoots(text: string, file: string): Trust {
  const roots = splitRoots(text, file).map((json, index) => {
    try {
      const root = TrustedRoot.fromJSON(json);
      if (root.certificateAuthorities.length === 0) throw new Error('it names no certificate authority');
      return authoritiesOf(root);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw invalidRoot(file, `trusted root ${index + 1} cannot be used: ${why}`, error);
    }
  });
  if (roots.length === 0) throw invalidRoot(file, 'there is no trusted root in it');
  return { signedBy: 'github', authorities: roots };
}

/** Keys of one's own, in PEM form. Throws ConfigInvalid for one that is not ECC P-256. */
export function trustOfKeys(keys: readonly string[]): Trust {
  const known = Object.fromEntries(
    keys.map((pem, index): [string, PublicKey] => {
      const rawBytes = spkiOf(pem, index);
      return [keyHint(pem), { rawBytes, keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256 }];
    }),
  );
  const nobody = TrustedRoot.fromJSON({});
  // A key has no certificate and no log: its holder vouches for the time, which the predicate tells.
  const thresholds = { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 };
  const verifier = new Verifier(toTrustMaterial(nobody, known), thresholds);
  return { signedBy: 'key', authorities: [{ verifier, issuers: [] }] };
}

/**
 * What must be proven is what these authorities can prove: GitHub's own for private repositories have no transparency log and
 * sign the time instead (as gh attestation verify has it). The time must always be proven: without one the certificate is not checked.
 */
function authoritiesOf(root: TrustedRoot): Authorities {
  const material = toTrustMaterial(root);
  const verifier = new Verifier(material, {
    ctlogThreshold: root.ctlogs.length > 0 ? 1 : 0,
    tlogThreshold: root.tlogs.length > 0 ? 1 : 0,
    timestampThreshold: 1,
  });
  return { verifier, issuers: material.certificateAuthorities.flatMap(({ certChain }) => certChain) };
}

function splitRoots(text: string, file: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line, index) => {
      try {
        return JSON.parse(line) as unknown;
      } catch (error) {
        throw invalidRoot(file, `line ${index + 1} is not JSON`, error);
      }
    });
  }
}

function spkiOf(pem: string, index: number): Buffer {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('it is not of the curve P-256');
    return key.export({ type: 'spki', format: 'der' });
  } catch (error) {
    const problem = `gate.keys.${index}: ${error instanceof Error ? error.message : String(error)}`;
    throw configInvalid('k8s/deploy.yaml', [problem], error);
  }
}

function invalidRoot(file: string, problem: string, cause?: unknown): Error {
  return fail('ConfigInvalid', `${file} is no trusted root: ${problem}.`, { source: file, problems: [problem] }, cause);
}
