import type { Bundle } from '@sigstore/bundle';

/** GitHub's bundles have 11 KB; a verdict with many waivers has some more. In characters of its JSON. */
const LONGEST_BUNDLE = 1_048_576;
/** One log and one timestamp authority vouch for a signature, or two of each while an instance changes over. */
const MOST_TIMES = 4;
/** A Merkle tree of 2^64 leaves is that high. */
const MOST_HASHES = 64;
/** A leaf with its intermediates. */
const MOST_CERTIFICATES = 8;
/** In bytes: a certificate, or a countersignature with the certificates of its authority. */
const LARGEST_CERTIFICATE = 16_384;
const LARGEST_TIMESTAMP = 65_536;
/** A tree head with the signatures of its log and its witnesses. */
const LONGEST_CHECKPOINT = 16_384;

/** What makes the text too large to be a verdict's bundle; undefined when nothing does. Ask before it is parsed. */
export function tooLong(text: string): string | undefined {
  return text.length > LONGEST_BUNDLE ? `it has more than ${LONGEST_BUNDLE} characters` : undefined;
}

/**
 * What of a bundle is more than any verdict has; undefined when nothing is. Ask before anything of it is verified: anybody who can write
 * to the registry may have attached it, and the verification compares the times of all its entries with one another, and takes every
 * certificate apart, before it looks at a signature. A bundle of 4 MB took two minutes so, in which nothing else could run.
 */
export function tooMuch({ verificationMaterial }: Bundle): string | undefined {
  const { content, tlogEntries, timestampVerificationData } = verificationMaterial;
  const timestamps = timestampVerificationData?.rfc3161Timestamps ?? [];
  const certificates =
    content.$case === 'x509CertificateChain'
      ? content.x509CertificateChain.certificates
      : content.$case === 'certificate'
        ? [content.certificate]
        : [];
  const limits: [string, number, number][] = [
    ['log entries', tlogEntries.length, MOST_TIMES],
    ['timestamps', timestamps.length, MOST_TIMES],
    ['certificates', certificates.length, MOST_CERTIFICATES],
    ['bytes in a certificate', largest(certificates, ({ rawBytes }) => rawBytes.length), LARGEST_CERTIFICATE],
    ['bytes in a timestamp', largest(timestamps, ({ signedTimestamp }) => signedTimestamp.length), LARGEST_TIMESTAMP],
    ['hashes in a proof', largest(tlogEntries, (one) => one.inclusionProof?.hashes.length), MOST_HASHES],
    [
      'characters in a checkpoint',
      largest(tlogEntries, (one) => one.inclusionProof?.checkpoint?.envelope.length),
      LONGEST_CHECKPOINT,
    ],
  ];
  const over = limits.find(([, found, most]) => found > most);
  return over === undefined ? undefined : `it has ${over[1]} ${over[0]}, more than ${over[2]}`;
}

function largest<T>(items: readonly T[], sizeOf: (item: T) => number | undefined): number {
  return items.reduce((most, item) => Math.max(most, sizeOf(item) ?? 0), 0);
}
