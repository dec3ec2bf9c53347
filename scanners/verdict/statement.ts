import * as z from 'zod';
import { Digest, PREDICATE_TYPE, Predicate } from './predicate.ts';

/** Of the payload in a DSSE envelope (in-toto attestation framework, v1). */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** An in-toto statement: what the predicate is about, and the predicate. */
export interface Statement {
  _type: typeof STATEMENT_TYPE;
  subject: { name: string; digest: { sha256: string } }[];
  predicateType: typeof PREDICATE_TYPE;
  predicate: Predicate;
}

/** The statement of a verdict on one image. `image`: its name without tag. `digest`: `sha256:…` of its manifest or index. */
export function statementOf(image: string, digest: string, predicate: Predicate): Statement {
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: image, digest: { sha256: Digest.parse(digest).slice('sha256:'.length) } }],
    predicateType: PREDICATE_TYPE,
    predicate,
  };
}

const Signed = z.object({
  _type: z.literal(STATEMENT_TYPE),
  // Other attestations have several subjects, and digests of other kinds.
  subject: z
    .array(z.object({ name: z.string().optional(), digest: z.record(z.string(), z.string()) }))
    .min(1)
    .max(1_000),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: Predicate,
});

/** What a payload says that has been verified. */
export interface SignedVerdict {
  /** `sha256:…` of each subject that has one. */
  subjects: string[];
  predicate: Predicate;
}

/** Reads the payload of an envelope, or says what is wrong with it, each problem with its path. */
export function readStatement(payload: string): SignedVerdict | { problems: string[] } {
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch {
    return { problems: ['it is not JSON'] };
  }
  const read = Signed.safeParse(json);
  if (!read.success)
    return { problems: read.error.issues.map(({ path, message }) => `${path.join('.') || '(top)'}: ${message}`) };
  const { subject, predicate } = read.data;
  return { subjects: subject.flatMap(({ digest }) => digest['sha256'] ?? []).map((hex) => `sha256:${hex}`), predicate };
}
