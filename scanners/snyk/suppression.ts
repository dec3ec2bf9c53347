import { isObject } from '../json/field.ts';
import type { Finding } from '../finding.ts';
import { invalid } from '../invalid.ts';
import { optionalTextOf, type Fields } from './field.ts';

type Suppression = NonNullable<Finding['suppressed']>;

/**
 * What hid an entry of `filtered`: a rule of the file .snyk or of the project in Snyk (which come as one in the report), or a policy of
 * the organisation, which a repository cannot write.
 */
export function suppressionOf(fields: Fields, kind: 'ignore' | 'patch', place: string): Suppression {
  const policy = fields['securityPolicyMetaData'];
  const rule = ruleOf(fields, kind, place);
  const reason = rule === undefined ? undefined : optionalTextOf(rule, 'reason', `filtered of ${place}`);
  return {
    by: isObject(policy) && isObject(policy['ignore']) ? 'a policy of the Snyk organisation' : '.snyk',
    ...(reason === undefined ? (kind === 'patch' ? { reason: 'patched' } : {}) : { reason }),
  };
}

function ruleOf(fields: Fields, kind: 'ignore' | 'patch', place: string): Fields | undefined {
  const filtered = fields['filtered'];
  if (filtered === undefined || filtered === null) return undefined;
  if (!isObject(filtered)) throw invalid(`is no report of snyk: filtered of ${place} is not an object`);
  const rules = filtered[kind === 'ignore' ? 'ignored' : 'patches'];
  return Array.isArray(rules) ? rules.find(isObject) : undefined;
}
