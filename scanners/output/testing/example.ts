import { fingerprintOf } from '../../fingerprint.ts';
import type { Finding } from '../../finding.ts';
import { decide, type Decision } from '../../policy/decide.ts';
import { now, policyOf, read } from '../../policy/testing/make.ts';

function named(fields: Omit<Finding, 'fingerprint'>): Finding {
  return { ...fields, fingerprint: fingerprintOf('example', JSON.stringify(fields)) };
}

const waived = named({
  id: 'CVE-2026-3003',
  rule: 'CVE-2026-3003',
  category: 'vulnerability',
  severity: 'high',
  title: 'A long header stops the server',
  package: 'web-frame',
  purl: 'pkg:npm/web-frame@5.2.0',
  version: '5.2.0',
  fixState: 'none',
  location: { path: 'app/package-lock.json' },
});

const ofImage: Finding[] = [
  named({
    id: 'CVE-2026-1001',
    rule: 'CVE-2026-1001',
    category: 'vulnerability',
    severity: 'critical',
    title: 'Overflow while a certificate is read',
    package: 'libtls3',
    purl: 'pkg:deb/debian/libtls3@3.0.11-1',
    version: '3.0.11-1',
    fixedIn: '3.0.14-1',
    fixState: 'fixed',
    score: 9.8,
    location: { path: 'shop:1 (debian 12.5)' },
  }),
  named({
    id: 'CVE-2026-2002',
    rule: 'CVE-2026-2002',
    category: 'vulnerability',
    severity: 'high',
    title: 'Archive entries may leave the folder',
    package: 'untar',
    purl: 'pkg:npm/untar@1.4.0',
    version: '1.4.0',
    fixState: 'none',
    location: { path: 'app/package-lock.json' },
  }),
  waived,
  named({
    id: 'CVE-2026-4004',
    rule: 'CVE-2026-4004',
    category: 'vulnerability',
    severity: 'medium',
    package: 'zlib-lite',
    version: '1.2.0',
    fixedIn: '1.2.1',
    fixState: 'fixed',
    location: { path: 'shop:1 (debian 12.5)' },
  }),
];

const ofHistory = [
  named({
    id: 'src/pay.ts:7',
    rule: 'payment-api-key',
    category: 'secret',
    severity: 'unknown',
    title: 'A key of the payment service',
    location: { path: 'src/pay.ts', line: 7 },
  }),
];

/** A decision with something of each kind. */
export const example: Decision = decide({
  policy: policyOf({
    waivers: [
      {
        id: 'CVE-2026-3003',
        package: 'web-frame',
        owner: 'ada@example.com',
        reason: 'The proxy before it refuses long headers',
        created: '2026-11-20',
        expires: '2026-12-04',
      },
    ],
  }),
  reports: [
    read('trivy', ofImage, {
      coverage: { targets: 2, packages: 148 },
      scanner: { name: 'trivy', version: '0.74.0' },
      subject: { name: 'shop:1' },
    }),
    read('gitleaks', ofHistory, { coverage: { commits: 312 } }),
    read('semgrep', [], {
      coverage: { files: 96, rules: 41 },
      warnings: ['1 file took too long and was not looked at.'],
    }),
  ],
  now,
});
