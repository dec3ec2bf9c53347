import type { Finding } from '../../finding.ts';
import { fingerprintOf } from '../../fingerprint.ts';
import type { Scan } from '../../report.ts';
import { decide, type DecideInput, type Decision, type Read } from '../decide.ts';
import { Policy, type PolicyInput } from '../schema.ts';

/** The instant of the tests. */
export const now = new Date('2026-11-24T10:00:00Z');

/** A vulnerability that blocks by default; its fingerprint comes from what it says. */
export function finding(fields: Partial<Finding> = {}): Finding {
  const made = {
    id: 'CVE-2026-1000',
    rule: 'CVE-2026-1000',
    category: 'vulnerability' as const,
    severity: 'high' as const,
    package: 'lodash',
    purl: 'pkg:npm/lodash@4.17.20',
    version: '4.17.20',
    location: { path: 'app/package-lock.json' },
    ...fields,
  };
  return { fingerprint: fingerprintOf('test', JSON.stringify(made)), ...made };
}

/** Something that has no package. */
export function plain(fields: Partial<Finding> & Pick<Finding, 'category'>): Finding {
  const made = {
    id: 'rule-1',
    rule: 'rule-1',
    severity: 'high' as const,
    location: { path: 'src/a.ts', line: 3 },
    ...fields,
  };
  return { fingerprint: fingerprintOf('test', JSON.stringify(made)), ...made };
}

export const secret = plain({ category: 'secret', id: 'src/a.ts:1', rule: 'github-pat', severity: 'unknown' });

/** A valid report, of something that was looked at. */
export function read(tool: string, findings: readonly Finding[] = [], scan: Partial<Scan> = {}): Read {
  const parsed = {
    valid: true as const,
    findings: [...findings],
    scan: { coverage: { targets: 1 }, warnings: [], ...scan },
  };
  return { tool, name: `${tool}.json`, parsed };
}

export function invalid(tool: string, reason = 'is cut off'): Read {
  return { tool, name: `${tool}.json`, parsed: { valid: false, reason } };
}

export function policyOf(fields: Omit<PolicyInput, 'version'> = {}): Policy {
  return Policy.parse({ version: 1, ...fields });
}

/** The decision on one report of trivy with these findings. */
export function judged(
  findings: readonly Finding[],
  fields: Omit<PolicyInput, 'version'> = {},
  rest: Partial<DecideInput> = {},
): Decision {
  return decide({ policy: policyOf(fields), reports: [read('trivy', findings)], now, ...rest });
}
