import type { Finding } from '../finding.ts';
import { firstLine, isObject, plain, present } from '../json/field.ts';
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
  const status = plain(rule['vex-status']);
  const reason = firstLine(plain(rule['reason']) ?? plain(rule['vex-justification']) ?? status);
  return {
    by: status === undefined ? 'an ignore rule of grype' : 'a VEX document given to grype',
    ...present({ reason }),
  };
}
