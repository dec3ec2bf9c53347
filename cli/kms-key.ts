import { createHash, createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { classify } from '../functions/adapters/aws-errors.ts';
import { fail, type ReleaseError } from '../functions/core/errors.ts';
import { keyHint } from '../scanners/verdict/envelope.ts';
import { regionMissing } from './aws-region.ts';

/** A key in AWS KMS that signs: ECC P-256. */
export interface KmsKey {
  /** The public key, as `gate.keys` in k8s/deploy.yaml has it. */
  pem: string;
  /** What bundles call it: `sha256:…`. */
  hint: string;
  /** The ECDSA signature, in DER, of the SHA-256 of the bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** What KMS says of a key that cannot be used; anything else is AWS' own trouble. */
const unusable: Readonly<Record<string, string>> = {
  NotFoundException: 'there is no such key',
  InvalidArnException: 'that is no ARN of a key',
  DisabledException: 'it is disabled',
  KMSInvalidStateException: 'it is disabled, or about to be deleted',
  UnsupportedOperationException: 'it is a symmetric key, which has no public part',
  InvalidKeyUsageException: 'it is not a key to sign with',
  ValidationException: 'that is no id, ARN or alias/NAME of a key',
};

/**
 * Looks up the key with the credentials of the AWS SDK. `id`: key id, ARN, or `alias/NAME`. `run` gets it; the connection is closed after that.
 * Throws InputInvalid for a key that cannot sign verdicts, AccessDenied, ThrottledByAws, AwsUnavailable.
 */
export async function withKmsKey<T>(
  id: string,
  region: string | undefined,
  run: (key: KmsKey) => Promise<T>,
): Promise<T> {
  const client = new KMSClient(region === undefined ? {} : { region });
  try {
    return await run(await lookUp(client, id));
  } finally {
    client.destroy();
  }
}

async function lookUp(client: KMSClient, id: string): Promise<KmsKey> {
  const found = await client.send(new GetPublicKeyCommand({ KeyId: id })).catch((error: unknown) => {
    throw explain(error, 'kms:GetPublicKey', id);
  });
  const { KeySpec = 'unknown', KeyUsage = 'unknown', PublicKey } = found;
  if (KeySpec !== 'ECC_NIST_P256' || KeyUsage !== 'SIGN_VERIFY' || PublicKey === undefined)
    throw fail(
      'InputInvalid',
      `The key ${id} is ${KeySpec} for ${KeyUsage}; verdicts are signed with ECC_NIST_P256 for SIGN_VERIFY.`,
    );
  const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  return { pem, hint: keyHint(pem), sign: (bytes) => sign(client, id, bytes) };
}

async function sign(client: KMSClient, id: string, bytes: Uint8Array): Promise<Uint8Array> {
  // KMS takes 4096 bytes of a message at most; of a digest it is the same signature.
  const command = new SignCommand({
    KeyId: id,
    SigningAlgorithm: 'ECDSA_SHA_256',
    MessageType: 'DIGEST',
    Message: createHash('sha256').update(bytes).digest(),
  });
  const { Signature } = await client.send(command).catch((error: unknown) => {
    throw explain(error, 'kms:Sign', id);
  });
  if (Signature === undefined) throw fail('AwsUnavailable', `KMS sent no signature of ${id}.`, { action: 'kms:Sign' });
  return Signature;
}

function explain(error: unknown, action: string, id: string): ReleaseError {
  const why = error instanceof Error ? unusable[error.name] : undefined;
  if (why !== undefined) return fail('InputInvalid', `The key ${id} cannot be used (${action}): ${why}.`, {}, error);
  return regionMissing(error) ?? classify(error, { action, resource: id });
}
