import type { Finding } from '../finding.ts';
import { isObject, objectAt, optionalOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';

type Suppression = NonNullable<Finding['suppressed']>;

/**
 * What hid an entry of `filtered`: a rule of the file .snyk or of the project in Snyk (which come as one in the report), or a policy of
 * the organisation, which a repository cannot write.
 */
export function suppressionOf(fields: Json, kind: 'ignore' | 'patch', place: string): Suppression {
  const policy = fields['securityPolicyMetaData'];
  const rule = ruleOf(fields, kind, place);
  const reason = rule === undefined ? undefined : optionalOf(rule, 'reason', `${place}.filtered`);
  return {
    by: isObject(policy) && isObject(policy['ignore']) ? 'a policy of the Snyk organisation' : '.snyk',
    ...(reason === undefined ? (kind === 'patch' ? { reason: 'patched' } : {}) : { reason }),
  };
}

function ruleOf(fields: Json, kind: 'ignore' | 'patch', place: string): Json | undefined {
  const rules = objectAt(fields['filtered'] ?? {}, `${place}.filtered`)[kind === 'ignore' ? 'ignored' : 'patches'];
  return Array.isArray(rules) ? rules.find(isObject) : undefined;
}
