import { invalid } from '../invalid.ts';
import type { Scan } from '../report.ts';
import { isObject, plain, present, requiredOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

/** What grype looked at, from `source`. Throws `invalid` when it does not say what kind of thing that was. */
export function subjectOf(source: Json): NonNullable<Scan['subject']> {
  requiredOf(source, 'type', 'source');
  const { target } = source;
  if (typeof target === 'string') return { name: target };
  if (!isObject(target)) throw invalid('has a source without a target');
  const repoDigests: unknown[] = Array.isArray(target['repoDigests']) ? target['repoDigests'] : [];
  const digests = [target['manifestDigest'], ...repoDigests].map(plain).filter((one) => one !== undefined);
  return present({
    name: plain(target['userInput']),
    imageId: plain(target['imageID']),
    digests: digests.length === 0 ? undefined : digests,
  });
}

/** A database that is broken finds nothing. Grype says so in `descriptor.db`: there itself (to 0.87), or in its `status`. */
export function checkDatabase(db: Json): void {
  for (const status of [db, db['status']]) {
    if (!isObject(status)) continue;
    const { valid, error } = status;
    const isWell = error === undefined || error === null || error === '';
    if (!isWell || (valid !== undefined && valid !== true))
      throw invalid('was made with a vulnerability database that grype itself calls invalid (descriptor.db)');
  }
}
