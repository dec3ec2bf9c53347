import { createHash, type KeyObject } from 'node:crypto';
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs';
import { caChain, ROOTED_AT, tsaChain } from './certificates.ts';
import { REKOR_URL, type ServiceKeys } from './services.ts';

/** Whom to trust to trust these services: one line of JSON, as `gh attestation trusted-root` prints it. */
export async function trustedRootOf({ ca, tsa, logs }: ServiceKeys): Promise<string> {
  const root: TrustedRoot = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: [authority('https://fulcio.sandbox.invalid', await caChain(ca))],
    timestampAuthorities: [authority('https://tsa.sandbox.invalid', await tsaChain(tsa))],
    ctlogs: logs === undefined ? [] : [log('https://ctfe.sandbox.invalid', logs.certificates.publicKey)],
    tlogs: logs === undefined ? [] : [log(REKOR_URL, logs.signatures.publicKey)],
  };
  return JSON.stringify(TrustedRoot.toJSON(root));
}

function authority(uri: string, chain: Uint8Array[]): TrustedRoot['certificateAuthorities'][number] {
  return {
    uri,
    operator: '',
    subject: { organization: 'sigstore.mock', commonName: 'sandbox' },
    certChain: { certificates: chain.map((der) => ({ rawBytes: Buffer.from(der) })) },
    validFor: { start: ROOTED_AT },
  };
}

function log(baseUrl: string, key: KeyObject): TrustedRoot['tlogs'][number] {
  const rawBytes = key.export({ type: 'spki', format: 'der' });
  return {
    baseUrl,
    operator: '',
    hashAlgorithm: HashAlgorithm.SHA2_256,
    publicKey: {
      rawBytes,
      keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256,
      validFor: { start: ROOTED_AT },
    },
    logId: { keyId: createHash('sha256').update(rawBytes).digest() },
    checkpointKeyId: undefined,
  };
}
