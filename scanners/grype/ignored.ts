import type { Finding } from '../finding.ts';
import { isObject, lineOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

/**
 * Why an entry of `ignoredMatches` is not counted: the first rule that was applied. Undefined when there is none: then nothing says that
 * anybody wanted it ignored.
 */
export function suppressionOf(match: Json): Finding['suppressed'] | undefined {
  const rules = Array.isArray(match['appliedIgnoreRules'])
    ? match['appliedIgnoreRules'].filter((one) => isObject(one))
    : [];
  const [rule] = rules;
  if (rule === undefined) return undefined;
  const isVex = typeof rule['vex-status'] === 'string' && rule['vex-status'] !== '';
  const texts = [rule['reason'], rule['vex-justification'], rule['vex-status']];
  const reason = lineOf(texts.find((text) => typeof text === 'string' && text !== '') as string | undefined);
  return {
    by: isVex ? 'a VEX document given to grype' : 'an ignore rule of grype',
    ...(reason === undefined ? {} : { reason }),
  };
}
