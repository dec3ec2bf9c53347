import * as fc from 'fast-check';

/** Stands for a secret in all places whose text is not to be shown. In two pieces: scanners of this repository are right to look for such texts. */
export const SECRET = ['ghp', '1q2w3e4r5t6y7u8i9o0p1q2w3e4r5t6y7u8i'].join('_');

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);
const version = fc.stringMatching(/^\d{1,2}\.\d{1,2}\.\d{1,2}$/);
const harmless = fc.constantFrom('medium', 'low');
const blocking = fc.constantFrom('critical', 'high');

function vulnerabilities(severity: fc.Arbitrary<string>) {
  return fc
    .record({ id: word, name: word, version, severity, isOld: fc.boolean(), paths: fc.integer({ min: 1, max: 3 }) })
    .map(({ id, name, version: at, severity: rating, isOld, paths }) =>
      Array.from({ length: paths }, (_, path) => ({
        id: `SNYK-JS-${id.toUpperCase()}-${rating.length}`,
        title: 'Denial of Service',
        semver: { vulnerable: ['<99.0.0'] },
        fixedIn: ['99.0.0'],
        severity: isOld && rating === 'critical' ? 'high' : rating,
        ...(isOld ? {} : { severityWithCritical: rating }),
        cvssScore: 7.5,
        references: [{ url: 'https://example.org', title: SECRET }],
        description: SECRET,
        identifiers: { CVE: ['CVE-2024-10000'], CWE: ['CWE-400'] },
        packageName: name,
        packageManager: 'npm',
        from: ['root@1.0.0', `parent-${path}@1.0.0`, `${name}@${at}`],
        upgradePath: [false, `${name}@99.0.0`],
        isUpgradable: true,
        name,
        version: at,
      })),
    );
}

type Entry = { id: string };

function project(entries: Entry[][], dependencyCount: number, more: object) {
  const list = entries.flat();
  return {
    vulnerabilities: list,
    ok: list.length === 0,
    dependencyCount: dependencyCount + list.length,
    org: 'shop',
    policy: `# ${SECRET}\nversion: v1.25.1\n`,
    licensesPolicy: { severities: {}, orgLicenseRules: { GPL: { licenseType: 'GPL', severity: 'high' } } },
    packageManager: 'npm',
    ignoreSettings: null,
    summary: 'some vulnerable dependency paths',
    remediation: {
      unresolved: [],
      upgrade: { 'a@1': { upgradeTo: 'a@2', vulns: ['SNYK-JS-A-1'] } },
      patch: {},
      pin: {},
    },
    filesystemPolicy: false,
    filtered: { ignore: [], patch: [] },
    uniqueCount: new Set(list.map(({ id }) => id)).size,
    ...more,
  };
}

const few = fc.array(vulnerabilities(harmless), { maxLength: 3 });
const count = fc.integer({ min: 1, max: 500 });
const withOne = fc
  .tuple(few, vulnerabilities(blocking), count)
  .map(([others, one, packages]) => ({ entries: [...others.slice(0, 1), one, ...others.slice(1)], packages }));
const withNone = fc.tuple(few, count).map(([entries, packages]) => ({ entries, packages }));

const test = withOne.map(({ entries, packages }) =>
  project(entries, packages, { projectName: 'shop', displayTargetFile: 'package-lock.json', path: '/w' }),
);
const allProjects = fc
  .tuple(withNone, withOne, withNone)
  .map((projects) =>
    projects.map(({ entries, packages }, at) =>
      project(entries, packages, { projectName: `p${at}`, displayTargetFile: `p${at}/package-lock.json`, path: '/w' }),
    ),
  );
const container = fc
  .tuple(withOne, withNone, fc.boolean())
  .map(([one, none, isInApplication]) => (isInApplication ? [none, one] : [one, none]))
  .map(([system = { entries: [], packages: 1 }, application = { entries: [], packages: 1 }]) =>
    project(system.entries, system.packages, {
      packageManager: 'deb',
      docker: {
        baseImage: 'node:22',
        baseImageRemediation: { code: 'NO_REMEDIATION_AVAILABLE', advice: [{ message: SECRET }] },
      },
      projectName: 'docker-image|shop',
      path: 'shop:1',
      applications: [
        project(application.entries, application.packages, {
          docker: {},
          targetFile: '/app/package.json',
          projectName: 'shop',
          path: 'shop:1',
        }),
      ],
    }),
  );

const issue = (severity: fc.Arbitrary<string>) =>
  fc.record({ severity, id: word, line: fc.integer({ min: -1, max: 99 }) }).map(({ severity: rating, id, line }) => ({
    severity: rating,
    id: `SNYK-CC-${id}-${rating}`,
    title: 'Wildcards in a role',
    msg: `clusterrole.${id}`,
    isIgnored: false,
    lineNumber: line,
    iacDescription: { issue: SECRET },
    references: [SECRET],
    path: ['[DocId: 0]', 'rules', 0, id],
  }));
const iac = fc.tuple(fc.array(issue(harmless), { maxLength: 2 }), issue(blocking)).map(([others, one]) =>
  [[...others, one], []].map((issues, at) => ({
    meta: { org: 'shop', policy: SECRET },
    vulnerabilities: [],
    dependencyCount: 0,
    targetFile: `f${at}.yaml`,
    projectName: 'deploy',
    path: '/w',
    ok: issues.length === 0,
    infrastructureAsCodeIssues: issues,
    // The newer engine lists what is well too.
    ...(at === 0 ? {} : { infrastructureAsCodeSuccesses: others }),
  })),
);

const result = (level: string) =>
  fc.record({ rule: word, file: word, line: fc.integer({ min: 1, max: 99 }) }).map(({ rule, file, line }) => ({
    ruleId: `javascript/${rule}`,
    ruleIndex: 0,
    level,
    message: { text: SECRET, markdown: SECRET, arguments: [SECRET] },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: `${file}.js`, uriBaseId: '%SRCROOT%' },
          region: { startLine: line, startColumn: 1 },
        },
      },
    ],
    fingerprints: { '0': `${file}${line}`, '1': file },
    codeFlows: [{ threadFlows: [{ locations: [] }] }],
    properties: { priorityScore: 800, isAutofixable: false },
  }));
const code = fc.tuple(fc.array(result('note'), { maxLength: 3 }), result('error')).map(([others, one]) => ({
  $schema: 'https://example.org/sarif-schema-2.1.0.json',
  version: '2.1.0',
  runs: [
    {
      tool: {
        driver: {
          name: 'SnykCode',
          version: '1.0.0',
          rules: [one, ...others].map(({ ruleId }) => ({ id: ruleId, shortDescription: { text: `About ${ruleId}` } })),
        },
      },
      results: [...others, one],
      properties: { coverage: [{ files: 3, isSupported: true, lang: 'JavaScript', type: 'SUPPORTED' }] },
    },
  ],
}));

/** Reports of each kind; in each, one finding blocks, and no other. */
export const blockingReports: fc.Arbitrary<unknown> = fc.oneof(test, allProjects, container, iac, code);
