import { asReleaseError, fail, type ReleaseError } from '../errors.ts';
import { refOf, type Manifest, type Ref } from '../kubernetes.ts';
import { isMissingRight } from '../missing-right.ts';
import type { Position } from '../render/position.ts';

/** Sentences in one error; more would not be read, and the record has to stay small. */
const LONGEST = 20;

/** Where the field of an object is written, as the API server names fields; an empty path is the object itself. */
export type PlaceOf = (ref: Ref, fieldPath: string) => Position | undefined;

/** The refusal with the places, in the user's files, of the fields that it names, or of the object. */
export function placed(refusal: ReleaseError, object: Manifest, placeOf: PlaceOf): ReleaseError {
  const named = refusal.details['fields'];
  const fields = Array.isArray(named) && named.length > 0 ? named.map(String) : [''];
  const places = fields.flatMap((field) => placeOf(refOf(object), field) ?? []);
  const texts = [...new Set(places.map(({ file, line }) => `k8s/${file}${line === undefined ? '' : `:${line}`}`))];
  if (texts.length === 0) return refusal;
  const message = `${refusal.message.replace(/\.$/, '')} (${texts.join(', ')}).`;
  return fail(refusal.code, message, { ...refusal.details, places: texts }, refusal);
}

/** True when the error speaks of one object only, so that the others are worth asking about: all are told at once. */
export function concernsObject(error: ReleaseError): boolean {
  if (error.owner === 'change' || error.code === 'PrivilegesNotHeld') return true;
  return isMissingRight(error);
}

/** Runs the work; what refuses the one object is noted instead of thrown, and the answer is undefined then. */
export async function noting<T>(refusals: ReleaseError[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (!concernsObject(error)) throw thrown;
    refusals.push(error);
    return undefined;
  }
}

/** One error for all that were refused: code and details of the first, every sentence, and `problems` as a list. */
export function allRefusals(refusals: readonly ReleaseError[]): ReleaseError | undefined {
  const [first] = refusals;
  const sentences = [...new Set(refusals.map(({ message }) => message))];
  if (first === undefined || sentences.length === 1) return first;
  const shown = sentences.slice(0, LONGEST);
  const left = sentences.length - shown.length;
  const more = left === 0 ? '' : ` And ${left} more.`;
  const { code, details } = first;
  return fail(
    code,
    `${sentences.length} objects were refused. ${shown.join(' ')}${more}`,
    { ...details, problems: shown },
    first,
  );
}
