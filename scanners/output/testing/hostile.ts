import fc from 'fast-check';
import { severities, type Category, type Finding, type Severity } from '../../finding.ts';
import { fingerprintOf } from '../../fingerprint.ts';
import { decide, type Decision, type Read } from '../../policy/decide.ts';
import { invalid, now, policyOf, read } from '../../policy/testing/make.ts';
import { categories } from '../../policy/schema.ts';

/** Texts that do something in one of the readers. */
const attacks = [
  '@octocat',
  'a@example.com',
  'octo/repo#12',
  'GH-12',
  '#1',
  ':x:',
  '0123456789abcdef0123456789abcdef01234567',
  'https://evil.example/x?y=z',
  'www.evil.example',
  '[click](https://evil.example)',
  '![x](https://evil.example/x.png)',
  '<img src=x onerror=alert(1)>',
  '<!-- ',
  ' -->',
  '</code></details>',
  '</summary>',
  '`',
  '```',
  '````\n## heading',
  '|',
  '\\|',
  '\\',
  '\n| a | b |',
  '\r\n::error::x',
  '::set-output name=a::b',
  '::stop-commands::x',
  '##[error]x',
  '##[add-mask]x',
  ' ::warning file=a::b',
  '%0A::error::x',
  '%250A',
  '\u001b[31mred\u001b[0m',
  '\u001b]8;;https://evil.example\u0007x\u001b]8;;\u0007',
  '\u009b2J',
  '\u202eevil\u202c',
  '\u2066x\u2069',
  '\u200b',
  '\ufeff',
  '\u2028::error::x',
  '\u0085::error::x',
  '\u{e0041}',
  '\ud800',
  '$x$',
  '$$\\href{https://evil.example}{x}$$',
  '*a*',
  '__b__',
  '~~c~~',
  '&lt;',
  '&#64;',
  '"',
  "'",
  '{0}',
  '# heading',
  '- item',
  '1. item',
  '> quote',
  '---',
  '${{ secrets.X }}',
  'a: b, c=d',
  '- id: "x"',
  '../../etc/passwd',
  '/etc/passwd',
  'C:\\x',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'a\u0300\u0300\u0300\u0300\u0300\u0300\u0300',
  '漢字',
  '🦀',
  'plain words',
  ' ',
];

export const text: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...attacks), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...attacks), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(' ')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(...attacks).map((part) => part.repeat(400)),
);

/** The secret of a report that a parser left in a field which findings do not have. */
export const leaked = ['sk_live', '5Up3rS3cr3tV4lu3'].join('_');

const finding: fc.Arbitrary<Finding> = fc
  .record(
    {
      id: text,
      rule: text,
      category: fc.constantFrom<Category>(...categories),
      severity: fc.constantFrom<Severity>(...severities),
      title: text,
      package: text,
      version: text,
      fixedIn: text,
      fixState: fc.constantFrom('fixed' as const, 'none' as const, 'never' as const),
      score: fc.double({ min: 0, max: 10, noNaN: true }),
      url: text,
      suppressed: fc.record({ by: text, reason: text }),
      path: text,
      line: fc.integer({ min: 1, max: 100_000 }),
      commit: fc.constantFrom('0123456789abcdef0123456789abcdef01234567'),
    },
    { requiredKeys: ['id', 'rule', 'category', 'severity', 'path'] },
  )
  .map(({ path, line, commit, ...rest }) => ({
    ...rest,
    location: { path, ...(line === undefined ? {} : { line }), ...(commit === undefined ? {} : { commit }) },
    fingerprint: fingerprintOf('hostile', JSON.stringify([rest, path, line, commit])),
    Match: leaked,
  }));

const report: fc.Arbitrary<Read> = fc
  .record({
    tool: fc.constantFrom('trivy', 'snyk', 'gitleaks', 'semgrep'),
    name: text,
    findings: fc.array(finding, { maxLength: 8 }),
    warnings: fc.array(text, { maxLength: 3 }),
    scanner: text,
    subject: text,
    reason: fc.option(text, { freq: 6 }),
    isEndOfLife: fc.boolean(),
    os: text,
  })
  .map(({ tool, name, findings, warnings, scanner, subject, reason, isEndOfLife, os }) => {
    if (reason !== null) return { ...invalid(tool, reason), name };
    const scan = {
      coverage: { packages: 3 },
      warnings,
      scanner: { name: scanner, version: scanner },
      subject: { name: subject },
      os: { family: os, name: os, isEndOfLife },
    };
    return { ...read(tool, findings, scan), name };
  });

const waiver = fc.record({
  fingerprint: fc.constant('0'.repeat(64)),
  owner: text,
  reason: text,
  expires: fc.constant('2026-12-01'),
});

/** Decisions of the gate on reports whose every text tries something. */
export const decision: fc.Arbitrary<Decision> = fc
  .record({
    reports: fc.array(report, { maxLength: 4 }),
    waivers: fc.array(waiver, { maxLength: 3 }),
    eol: fc.constantFrom('block' as const, 'warn' as const),
  })
  .map(({ reports, waivers, eol }) => {
    const all = reports.flatMap(({ parsed }) => (parsed.valid ? parsed.findings : []));
    const real = waivers
      .map((one, at) => ({ ...one, fingerprint: all[at]?.fingerprint ?? one.fingerprint }))
      .filter(
        ({ owner, reason }) => /\S/u.test(owner) && /\S/u.test(reason) && owner.length <= 200 && reason.length <= 2000,
      );
    return decide({ policy: policyOf({ eol, waivers: real }), reports, now });
  });
