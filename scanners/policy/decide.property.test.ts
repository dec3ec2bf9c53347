import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { severities, type Category, type Finding } from '../finding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { decide, type DecideInput, type Read } from './decide.ts';
import { readKev } from './kev.ts';
import { categories, type PolicyInput } from './schema.ts';
import { invalid, now, policyOf, read } from './testing/make.ts';
import type { Vex, VexStatement } from './vex.ts';

// Few values each, so that names, packages and fingerprints meet often.
const names = ['CVE-2026-1000', 'CVE-2026-1001', 'GHSA-aaaa-bbbb-cccc', 'rule-1'] as const;
const paths = ['src/a.ts', 'src/b.ts', 'app/package-lock.json'];
const purls = ['pkg:npm/lodash@1', 'pkg:npm/lodash@2', 'pkg:npm/%40acme/a@1'];
const tools = ['gitleaks', 'semgrep', 'trivy', 'snyk'];
const optional = <T>(from: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(from, { nil: undefined });

/** A record without its members that are undefined, as parsers make them. */
function tidy<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

const someFinding: fc.Arbitrary<Finding> = fc
  .record({
    id: fc.constantFrom(...names),
    rule: fc.constantFrom(...names),
    category: fc.constantFrom<Category>('vulnerability', 'vulnerability', 'vulnerability', ...categories),
    severity: fc.constantFrom(...severities),
    aliases: optional(fc.subarray([...names], { minLength: 1 })),
    package: optional(fc.constantFrom('lodash', '@acme/a')),
    purl: optional(fc.constantFrom(...purls)),
    version: optional(fc.constantFrom('1', '2')),
    fixedIn: optional(fc.constant('3')),
    fixState: optional(fc.constantFrom('fixed' as const, 'none' as const, 'never' as const)),
    suppressed: optional(fc.constantFrom({ by: 'a file' }, { by: 'a comment', inSource: true })),
    path: fc.constantFrom(...paths),
  })
  .map(({ path, ...fields }) => {
    const one = tidy({ ...fields, location: { path } }) as Omit<Finding, 'fingerprint'>;
    // Of what a rating and a suppression change, the fingerprint knows nothing.
    return { ...one, fingerprint: fingerprintOf('test', one.id, one.rule, one.category, one.purl, one.version, path) };
  });

const someRead: fc.Arbitrary<Read> = fc
  .record({
    tool: fc.constantFrom(...tools),
    findings: fc.array(someFinding, { maxLength: 5 }),
    packages: optional(fc.nat(2)),
    isInvalid: fc.nat(9).map((n) => n === 0),
    isEndOfLife: fc.boolean(),
  })
  .map(({ tool, findings, packages, isInvalid, isEndOfLife }) =>
    isInvalid
      ? invalid(tool)
      : read(tool, findings, {
          // One without a finding and without any number proves nothing: a finding would make it a better one.
          coverage: { targets: 1, ...(packages === undefined ? {} : { packages }) },
          os: { family: 'debian', name: '10', isEndOfLife },
        }),
  );

type WaiverInput = NonNullable<PolicyInput['waivers']>[number];
const someWaiver: fc.Arbitrary<WaiverInput> = fc
  .record({
    id: fc.constantFrom(...names, 'end-of-life:debian-10'),
    fingerprint: optional(someFinding.map(({ fingerprint }) => fingerprint)),
    purl: optional(fc.constantFrom('pkg:npm/lodash', ...purls)),
    path: optional(fc.constantFrom('**', 'src/*', 'app/**')),
    expires: fc.constantFrom('2026-11-24', '2026-11-25', '2026-12-20', '2027-01-31', '2029-01-01'),
  })
  .map((fields) => ({ ...tidy(fields), owner: 'ada', reason: 'ok' }));

const threshold = fc.constantFrom(
  'any' as const,
  'low' as const,
  'high' as const,
  'critical' as const,
  'never' as const,
);
const ordinary = fc.record({
  block: threshold,
  unknown: fc.constantFrom('block' as const, 'warn' as const),
  newOnly: fc.boolean(),
  suppressions: fc.constantFrom('inSource' as const, 'honour' as const, 'refuse' as const),
});
const somePolicy: fc.Arbitrary<Omit<PolicyInput, 'version'>> = fc.record({
  tools: fc.constantFrom({}, { trivy: { packages: 1 } }, { gitleaks: {}, snyk: { optional: 'no token' } }),
  categories: fc.record({
    secret: fc.record({ newOnly: fc.boolean(), suppressions: fc.constantFrom('honour' as const, 'refuse' as const) }),
    vulnerability: ordinary.chain((rules) =>
      fc.constantFrom({ ...rules, unfixed: rules.block }, { ...rules, unfixed: 'never' as const }, rules),
    ),
    code: ordinary,
    licence: ordinary,
  }),
  kev: fc.record({
    found: fc.constantFrom('block' as const, 'warn' as const),
    excusedBy: fc.subarray(['waiver' as const, 'vex' as const, 'baseline' as const, 'suppression' as const]),
  }),
  eol: fc.constantFrom('block' as const, 'warn' as const),
  vex: fc.constant({ authors: ['sec'] }),
  waivers: fc.array(someWaiver, { maxLength: 4 }),
});

const someStatement: fc.Arbitrary<VexStatement> = fc.record({
  names: fc.constantFrom(...names).map((name) => [name.toUpperCase()]),
  status: fc.constantFrom('not_affected' as const, 'affected' as const, 'fixed' as const),
  at: fc.constantFrom(...['2026-11-01', '2026-11-02', '2027-01-01'].map((text) => Date.parse(text))),
  products: fc.constantFrom([
    { purl: { base: 'npm/lodash', qualifiers: new Map<string, string>() }, subcomponents: [] },
  ]),
});
const someVex: fc.Arbitrary<Vex> = fc.record({
  file: fc.constantFrom('a.json', 'b.json'),
  id: fc.constant('x'),
  author: fc.constantFrom('sec', 'other'),
  statements: fc.array(someStatement, { maxLength: 3 }),
});

const kev = readKev({
  file: 'kev.json',
  text: '{"catalogVersion":"1","dateReleased":"2026-11-20","count":1,"vulnerabilities":[{"cveID":"CVE-2026-1001","dateAdded":"2026-11-01"}]}',
});

interface Case {
  fields: Omit<PolicyInput, 'version'>;
  input: Omit<DecideInput, 'policy'>;
}

const someCase: fc.Arbitrary<Case> = fc
  .record({
    fields: somePolicy,
    reports: fc.array(someRead, { minLength: 1, maxLength: 4 }),
    vex: fc.array(someVex, { maxLength: 2 }),
    known: fc.array(someFinding, { maxLength: 4 }),
    hasKev: fc.boolean(),
  })
  .map(({ fields, reports, vex, known, hasKev }) => {
    const fingerprints = new Map(known.map(({ fingerprint, severity }) => [fingerprint, severity]));
    const baseline = { file: 'baseline.json', commit: 'a'.repeat(40), made: '2026-11-01T00:00:00Z', fingerprints };
    return { fields, input: { reports, now, vex, baseline, ...(hasKev ? { kev } : {}) } };
  });

const verdictOf = ({ fields, input }: Case) => decide({ policy: policyOf(fields), ...input }).verdict;
/** Whether the first verdict is stricter than, or the same as, the second. */
const strictness = ['pass', 'block', 'invalid'] as const;
const isAsStrict = (after: (typeof strictness)[number], before: (typeof strictness)[number]): boolean =>
  strictness.indexOf(after) >= strictness.indexOf(before);

const runs = { numRuns: 150 };

describe('decide', () => {
  it('makes cases of every verdict', () => {
    const seen = new Set(fc.sample(someCase, { numRuns: 300, seed: 7 }).map(verdictOf));
    expect([...seen].toSorted()).toEqual(['block', 'invalid', 'pass']);
  });

  it('says the same in whatever order reports, findings and documents come', () => {
    const shuffled = someCase.chain(({ fields, input }) =>
      fc
        .record({
          reports: fc.shuffledSubarray([...input.reports], { minLength: input.reports.length }),
          vex: fc.shuffledSubarray([...(input.vex ?? [])], { minLength: input.vex?.length ?? 0 }),
          isReversed: fc.boolean(),
        })
        .map(({ reports, vex, isReversed }) => ({
          one: { fields, input },
          other: { fields, input: { ...input, vex, reports: isReversed ? reports.map(reversed) : reports } },
        })),
    );
    fc.assert(
      fc.property(shuffled, ({ one, other }) => {
        const [a, b] = [one, other].map(({ fields, input }) => decide({ policy: policyOf(fields), ...input }));
        expect(b).toEqual(a);
      }),
      runs,
    );
  });

  it('never gets milder by one more finding', () => {
    fc.assert(
      fc.property(someCase, someFinding, fc.nat(), (one, more, at) => {
        const reports = one.input.reports.map((report, index) =>
          index === at % one.input.reports.length ? withFinding(report, more) : report,
        );
        expect(isAsStrict(verdictOf({ ...one, input: { ...one.input, reports } }), verdictOf(one))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('never gets milder by one more report of what is expected already', () => {
    fc.assert(
      fc.property(someCase, someRead, (one, more) => {
        fc.pre(one.fields.tools === undefined || Object.keys(one.fields.tools).length === 0);
        const reports = [...one.input.reports, more];
        expect(isAsStrict(verdictOf({ ...one, input: { ...one.input, reports } }), verdictOf(one))).toBe(true);
      }),
      runs,
    );
  });

  it('never gets stricter by one more waiver', () => {
    fc.assert(
      fc.property(someCase, someWaiver, (one, more) => {
        const fields = { ...one.fields, waivers: [...(one.fields.waivers ?? []), more] };
        expect(isAsStrict(verdictOf(one), verdictOf({ ...one, fields }))).toBe(true);
      }),
      runs,
    );
  });

  it('never passes without the only report of a tool that is expected', () => {
    fc.assert(
      fc.property(someCase, fc.constantFrom(...tools), (one, tool) => {
        const reports = one.input.reports.filter((report) => report.tool !== tool);
        const fields = { ...one.fields, tools: { ...one.fields.tools, [tool]: {} } };
        expect(verdictOf({ fields, input: { ...one.input, reports } })).toBe('invalid');
      }),
      runs,
    );
  });

  it('blocks exactly when it says why, and counts each finding once', () => {
    fc.assert(
      fc.property(someCase, ({ fields, input }) => {
        const { verdict, findings, reasons, counts, blocking, endOfLife } = decide({
          policy: policyOf(fields),
          ...input,
        });
        expect(reasons.length > 0).toBe(verdict !== 'pass');
        expect(blocking).toBe(findings.filter(({ outcome }) => outcome.blocks).length);
        expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(findings.length);
        const isBlocked = blocking + endOfLife.filter(({ outcome }) => outcome.blocks).length > 0;
        expect(verdict === 'pass' && isBlocked).toBe(false);
        const order = findings.map(({ outcome }) => outcome.blocks);
        expect(order).toEqual(order.toSorted((a, b) => Number(b) - Number(a)));
      }),
      runs,
    );
  });

  it('loses no finding: each is one of the sightings', () => {
    fc.assert(
      fc.property(someCase, ({ fields, input }) => {
        const { findings } = decide({ policy: policyOf(fields), ...input });
        const shown = new Set(
          findings.flatMap(({ tools: all }) => all.map(({ tool, fingerprint }) => `${tool} ${fingerprint}`)),
        );
        const given = input.reports.flatMap(({ tool, parsed }) =>
          parsed.valid ? parsed.findings.map(({ fingerprint }) => `${tool} ${fingerprint}`) : [],
        );
        expect([...shown].toSorted()).toEqual([...new Set(given)].toSorted());
      }),
      runs,
    );
  });

  it('lets no secret pass but by its fingerprint, or as the policy says', () => {
    const strict = { categories: { secret: { newOnly: false, suppressions: 'refuse' as const } } };
    fc.assert(
      fc.property(someCase, ({ fields, input }) => {
        const waivers = (fields.waivers ?? []).map((waiver) => ({ ...waiver, fingerprint: undefined }));
        const policy = policyOf({ ...fields, ...strict, waivers });
        const { findings } = decide({ policy, ...input });
        expect(findings.filter(({ category, outcome }) => category === 'secret' && !outcome.blocks)).toEqual([]);
      }),
      runs,
    );
  });
});

function reversed(report: Read): Read {
  const { parsed } = report;
  return parsed.valid ? { ...report, parsed: { ...parsed, findings: parsed.findings.toReversed() } } : report;
}

function withFinding(report: Read, more: Finding): Read {
  const { parsed } = report;
  return parsed.valid ? { ...report, parsed: { ...parsed, findings: [...parsed.findings, more] } } : report;
}
