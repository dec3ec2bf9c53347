import { invalid } from '../invalid.ts';
import type { Scan } from '../report.ts';
import { isObject, textOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

/** What grype looked at, from `source`. Throws `invalid` when it does not say what kind of thing that was. */
export function subjectOf(source: Json): NonNullable<Scan['subject']> {
  const type = textOf(source, 'type', 'source');
  if (type === undefined || type === '') throw invalid('has a source without a type');
  const { target } = source;
  if (typeof target === 'string') return { name: target };
  if (!isObject(target)) throw invalid('has a source without a target');
  const [name, imageId] = [target['userInput'], target['imageID']];
  const digests = [
    target['manifestDigest'],
    ...(Array.isArray(target['repoDigests']) ? target['repoDigests'] : []),
  ].filter((one) => typeof one === 'string' && one !== '');
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof imageId === 'string' && imageId !== '' ? { imageId } : {}),
    ...(digests.length === 0 ? {} : { digests }),
  };
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
