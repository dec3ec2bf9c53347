import { fail } from '../functions/core/errors.ts';
import { isRefusal } from '../functions/core/gate/refusal.ts';
import { verifyBundle } from '../functions/core/gate/signature.ts';
import { trustOfKeys } from '../functions/core/gate/trust.ts';
import { keyBundle, preAuthEncoding } from '../scanners/verdict/envelope.ts';
import type { Predicate } from '../scanners/verdict/predicate.ts';
import { PAYLOAD_TYPE, readStatement, statementOf } from '../scanners/verdict/statement.ts';
import type { KmsKey } from './kms-key.ts';
import type { PinnedImage } from './pinned-image.ts';

/**
 * The verdict on the image as a Sigstore bundle (JSON) that the key has signed. It is verified the way the deploy function does before
 * anybody gets it. Throws what `key.sign` throws, and Unexpected when what was signed does not verify.
 */
export async function signVerdict(key: KmsKey, { name, digest }: PinnedImage, predicate: Predicate): Promise<string> {
  const payload = JSON.stringify(statementOf(name, digest, predicate));
  const signature = await key.sign(preAuthEncoding(PAYLOAD_TYPE, payload));
  const bundle = keyBundle(payload, PAYLOAD_TYPE, signature, key.hint);
  const signed = verifyBundle(bundle, trustOfKeys([key.pem]));
  if (isRefusal(signed))
    throw fail('Unexpected', `What the key ${key.hint} has signed does not verify: ${signed.why}.`);
  const read = readStatement(signed.payload);
  if ('problems' in read) throw fail('Unexpected', `What was signed is no verdict: ${read.problems.join('; ')}.`);
  return bundle;
}
