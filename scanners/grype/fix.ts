import type { Finding } from '../finding.ts';
import { invalid } from '../invalid.ts';
import { isObject } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

const states: ReadonlyMap<unknown, Finding['fixState']> = new Map<unknown, Finding['fixState']>([
  ['fixed', 'fixed'],
  ['not-fixed', 'none'],
  ['wont-fix', 'never'],
  ['unknown', undefined],
  ['', undefined],
]);

/** What mends it: `fix` of the vulnerability; `fixedInVersion` before grype 0.8. Throws `invalid` for what is neither. */
export function fixOf(vulnerability: Json, where: string): Pick<Finding, 'fixedIn' | 'fixState'> {
  const { fix, fixedInVersion } = vulnerability;
  if (fix === undefined) return isText(fixedInVersion) ? { fixedIn: fixedInVersion, fixState: 'fixed' } : {};
  if (!isObject(fix)) throw invalid(`has ${where}.fix that is no object`);
  if (!states.has(fix['state'])) throw invalid(`has ${where}.fix.state that is no word of grype`);
  const versions = fix['versions'] ?? [];
  if (!Array.isArray(versions) || !versions.every(isText))
    throw invalid(`has ${where}.fix.versions that is no list of versions`);
  const state = states.get(fix['state']);
  // A version beside "wont-fix" is that of somebody else's package.
  return {
    ...(versions.length > 0 && state !== 'none' && state !== 'never' ? { fixedIn: versions.join(', ') } : {}),
    ...(state === undefined ? {} : { fixState: state }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
