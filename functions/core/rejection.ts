import { createHash } from 'node:crypto';
import type { ErrorCode } from './errors.ts';
import type { Manifest } from './kubernetes.ts';
import type { Failure } from './release.ts';
import { REVISION } from './render/labels.ts';

/** What an environment remembers of a release that failed because of its change: the digest, and what it was applied with. */
export interface Rejection {
  /** Pinned: `name@sha256:…`. */
  image: string;
  /** Of the objects, see `fingerprint`. */
  fingerprint: string;
  revision: string;
  release: string;
  code: ErrorCode;
  message: string;
  /** ISO 8601. */
  at: string;
}

/** As many as a team breaks in a while; the head of an environment must stay small. */
const KEPT = 20;
const LONGEST_MESSAGE = 300;

/** A hash of the objects without the revision that they are labelled with: the same for two commits that deploy the same thing. */
export function fingerprint(objects: readonly Manifest[]): string {
  // The revision says nothing about whether the objects work: it differs in every commit.
  const text = JSON.stringify(objects, (key, value: unknown) => (key === REVISION ? undefined : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** The rejection that stands against deploying this, by another release than `release` itself, which may be resumed. */
export function findRejection(
  rejected: readonly Rejection[],
  deploying: { image: string; fingerprint: string; release: string },
): Rejection | undefined {
  return rejected.find((one) => isSame(one, deploying) && one.release !== deploying.release);
}

/** The list with the failure of this release, newest first. Only a change's own failure counts: a node may be well tomorrow. */
export function withRejection(
  rejected: readonly Rejection[],
  deployed: Omit<Rejection, 'code' | 'message'>,
  failure: Failure,
): Rejection[] {
  if (failure.owner !== 'change') return [...rejected];
  const message = failure.message.slice(0, LONGEST_MESSAGE);
  return [{ ...deployed, code: failure.code, message }, ...withoutRejection(rejected, deployed)].slice(0, KEPT);
}

/** The list without what has just served. */
export function withoutRejection(
  rejected: readonly Rejection[],
  deployed: { image: string; fingerprint: string },
): Rejection[] {
  return rejected.filter((one) => !isSame(one, deployed));
}

function isSame(one: { image: string; fingerprint: string }, other: { image: string; fingerprint: string }): boolean {
  return one.image === other.image && one.fingerprint === other.fingerprint;
}
