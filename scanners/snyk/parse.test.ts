import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { Finding } from '../finding.ts';
import { read, type Report } from './testing/report.ts';

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8');
const load = (name: string): Report => JSON.parse(fixture(name));

async function valid(report: unknown) {
  const parsed = await read(report);
  if (!parsed.valid) throw new Error(parsed.reason);
  return parsed;
}
async function reasonOf(report: unknown): Promise<string> {
  const parsed = await read(report);
  return parsed.valid ? `valid, with ${parsed.findings.length} findings` : parsed.reason;
}
const brief = ({ id, severity, category, suppressed }: Finding): string =>
  [id, severity, category, ...(suppressed === undefined ? [] : ['suppressed'])].join(' ');
const changed = (name: string, change: (report: Report) => unknown): unknown => {
  const report = load(name);
  return change(report) ?? report;
};

describe('snyk test', () => {
  it('reads vulnerabilities, licences and what a .snyk hid, each once for all its paths', async () => {
    const { findings, scan } = await valid(load('test'));
    expect(findings.map(brief)).toEqual([
      'SNYK-JS-LODASH-1018905 critical vulnerability',
      'SNYK-JS-MINIMIST-2429795 medium vulnerability',
      'snyk:lic:npm:heavy-chain:GPL-3.0 high licence',
      'SNYK-JS-WS-7266574 high vulnerability suppressed',
    ]);
    expect(findings[0]).toEqual({
      id: 'SNYK-JS-LODASH-1018905',
      rule: 'SNYK-JS-LODASH-1018905',
      category: 'vulnerability',
      severity: 'critical',
      title: 'Prototype Pollution',
      aliases: ['CVE-2021-23337', 'GHSA-35jh-r3h4-6jhm'],
      package: 'lodash',
      version: '4.17.11',
      purl: 'pkg:npm/lodash@4.17.11',
      fixedIn: '4.17.21',
      fixState: 'fixed',
      score: 9.8,
      url: 'https://security.snyk.io/vuln/SNYK-JS-LODASH-1018905',
      location: { path: 'package-lock.json' },
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(findings[1]).toMatchObject({ fixedIn: '1.2.6, 0.2.4' });
    expect(findings[2]).toMatchObject({ purl: 'pkg:npm/%40shop/heavy-chain@2.0.0' });
    expect(findings[2]).not.toHaveProperty('fixState');
    expect(findings[3]?.suppressed).toEqual({ by: '.snyk', reason: 'Only used in tests' });
    expect(scan).toEqual({ coverage: { projects: 1, packages: 214 }, scanner: { name: 'snyk' }, warnings: [] });
  });

  it('reads all projects of a list, and says what was not looked at', async () => {
    const { findings, scan } = await valid(load('all-projects'));
    expect(findings.map(({ id, location }) => [id, location.path])).toEqual([
      ['SNYK-JS-LODASH-1018905', 'admin/package-lock.json'],
    ]);
    expect(scan.coverage).toEqual({ projects: 3, packages: 92 });
    expect(scan.warnings).toEqual(['Snyk saw no package in 1 of 3 projects.']);
    const two = await valid(changed('all-projects', (report) => report.slice(0, 2)));
    expect(two.scan.warnings).toEqual([
      'Snyk found 3 projects and tested 2: run snyk test --all-projects --fail-fast to test all.',
    ]);
  });

  it('takes severity where there is no severityWithCritical, and moduleName or name where there is no packageName', async () => {
    const report = changed('test', (one) => {
      for (const entry of one.vulnerabilities) delete entry.severityWithCritical;
      delete one.vulnerabilities[2].packageName;
      one.vulnerabilities[2].moduleName = 'minimist-module';
      delete one.vulnerabilities[3].packageName;
    });
    const { findings } = await valid(report);
    expect(findings.map(brief).slice(0, 2)).toEqual([
      'SNYK-JS-LODASH-1018905 high vulnerability',
      'SNYK-JS-MINIMIST-2429795 medium vulnerability',
    ]);
    expect(findings.map((one) => one.package)).toEqual(['lodash', 'minimist-module', '@shop/heavy-chain', 'ws']);
  });

  it('says that there is no fix only where Snyk says so', async () => {
    const { findings } = await valid(
      changed('test', (one) => {
        one.vulnerabilities[2].fixedIn = [];
      }),
    );
    expect(findings[1]).toMatchObject({ fixState: 'none' });
  });

  it('reads entries that --group-issues made one of', async () => {
    const { findings } = await valid(
      changed('test', (one) => {
        one.vulnerabilities.splice(1, 1);
        for (const entry of one.vulnerabilities) {
          entry.from = [entry.from];
          entry.name = [entry.name, entry.name];
        }
      }),
    );
    expect(findings).toEqual((await valid(load('test'))).findings);
  });

  it('counts a path that is not ignored, and the worse rating of the same finding', async () => {
    const both = changed('test', (one) => {
      one.filtered.ignore.push({ ...one.vulnerabilities[0], severityWithCritical: 'low' });
      one.vulnerabilities[0].severityWithCritical = 'low';
    });
    const { findings } = await valid(both);
    expect(findings.map(brief)[0]).toBe('SNYK-JS-LODASH-1018905 critical vulnerability');
    expect(findings).toHaveLength(4);
  });

  it('does so in whatever order they come, and of two projects of one name', async () => {
    const { filtered, ...rest } = load('test');
    const ignored = { ...filtered, ignore: [{ ...rest.vulnerabilities[0], severityWithCritical: 'critical' }] };
    const first = await valid({ filtered: ignored, ...rest });
    expect(first.findings.map(brief)[0]).toBe('SNYK-JS-LODASH-1018905 critical vulnerability');
    expect(first.findings).toHaveLength(3);

    const hidden = { ...rest, filtered: ignored, ok: true, vulnerabilities: [], uniqueCount: 0 };
    const lower = structuredClone(rest);
    for (const entry of lower.vulnerabilities) Object.assign(entry, { severity: 'low', severityWithCritical: 'low' });
    for (const projects of [
      [hidden, lower, rest],
      [rest, hidden, lower],
    ]) {
      const { findings } = await valid(projects);
      expect(findings.map(brief)).toEqual(first.findings.map(brief));
    }
  });

  it('tells what a policy of the organisation ignored from what a .snyk did, and what was patched', async () => {
    const { findings } = await valid(
      changed('test', (one) => {
        one.filtered.ignore[0].securityPolicyMetaData = { ignore: { reason: 'not reachable', path: ['*'] } };
        one.filtered.patch.push('npm:qs:20170213', { ...one.filtered.ignore[0], id: 'npm:ms:20151024' });
        delete one.filtered.patch[1].securityPolicyMetaData;
      }),
    );
    expect(findings.slice(3).map(({ id, severity, suppressed }) => [id, severity, suppressed])).toEqual([
      ['SNYK-JS-WS-7266574', 'high', { by: 'a policy of the Snyk organisation', reason: 'Only used in tests' }],
      ['npm:qs:20170213', 'unknown', { by: '.snyk', reason: 'patched' }],
      ['npm:ms:20151024', 'high', { by: '.snyk', reason: 'patched' }],
    ]);
  });

  it('is valid when all findings are suppressed, whether it calls that ok or not', async () => {
    for (const ok of [true, false]) {
      const { findings } = await valid(
        changed('test', (one) => {
          Object.assign(one, { ok, uniqueCount: 0, vulnerabilities: [] });
        }),
      );
      expect(findings.map(brief)).toEqual(['SNYK-JS-WS-7266574 high vulnerability suppressed']);
    }
  });

  it('lets a .snyk with failThreshold call it ok, and lists the findings all the same', async () => {
    const { findings } = await valid(
      changed('test', (one) => {
        Object.assign(one, { ok: true, policy: 'version: v1.25.1\nfailThreshold: critical\n' });
      }),
    );
    expect(findings).toHaveLength(4);
  });

  it('warns of a threshold, of versions that are not known, and of ratings that a policy changed', async () => {
    const { scan } = await valid(
      changed('test', (one) => {
        Object.assign(one, { severityThreshold: 'high', hasUnknownVersions: true });
        one.vulnerabilities[0].originalSeverity = 'medium';
      }),
    );
    expect(scan.warnings).toEqual([
      'Snyk was run with --severity-threshold: what is below is not in the report.',
      'Snyk could not tell the version of some packages in 1 of 1 projects.',
      'A policy of the Snyk organisation changed the severity of 1 of the entries in the report.',
    ]);
  });

  it('gives the same finding the same fingerprint on another machine, and another to another', async () => {
    const [first, again] = [
      await valid(load('test')),
      await valid(
        changed('test', (one) => {
          Object.assign(one, { path: 'C:\\work', org: 'other' });
          for (const entry of one.vulnerabilities)
            Object.assign(entry, { from: ['x@1'], description: 'new', cvssScore: 1 });
        }),
      ),
    ];
    const prints = (findings: Finding[]): string[] => findings.map(({ fingerprint }) => fingerprint);
    expect(prints(again.findings)).toEqual(prints(first.findings));
    const other = await valid(
      changed('test', (one) => {
        Object.assign(one, { displayTargetFile: 'b/package-lock.json' });
      }),
    );
    expect(new Set([...prints(first.findings), ...prints(other.findings)]).size).toBe(8);
  });
});

describe('snyk container test', () => {
  it('reads the applications beside the system', async () => {
    const { findings, scan } = await valid(load('container'));
    expect(findings.map((one) => [brief(one), one.purl, one.location.path])).toEqual([
      ['SNYK-JS-LODASH-1018905 critical vulnerability', 'pkg:npm/lodash@4.17.11', '/app/package.json'],
      [
        'SNYK-DEBIAN12-OPENSSL-6157243 low vulnerability',
        'pkg:deb/debian/libssl3@3.0.11-1~deb12u2',
        'ghcr.io/shop/shop:1.4',
      ],
      [
        'SNYK-DEBIAN12-OPENSSL-6157243 low vulnerability',
        'pkg:deb/debian/openssl@3.0.11-1~deb12u2',
        'ghcr.io/shop/shop:1.4',
      ],
    ]);
    expect(findings[1]).toMatchObject({ package: 'openssl', fixedIn: '3.0.13-1~deb12u1', fixState: 'fixed' });
    expect(scan).toMatchObject({
      coverage: { projects: 2, packages: 311 },
      subject: { name: 'ghcr.io/shop/shop:1.4' },
    });
  });

  it('gives a finding the same fingerprint in an image of another tag', async () => {
    const [first, again] = [
      await valid(load('container')),
      await valid(JSON.parse(fixture('container').replaceAll('shop:1.4', 'shop:1.5')) as unknown),
    ];
    expect(again.findings.map(({ fingerprint }) => fingerprint)).toEqual(
      first.findings.map(({ fingerprint }) => fingerprint),
    );
  });

  it('is not ok when only an application is not, or when it is', async () => {
    for (const ok of [true, false]) {
      const { findings } = await valid(
        changed('container', (image) => {
          Object.assign(image, { ok, vulnerabilities: [], uniqueCount: 0 });
        }),
      );
      expect(findings.map(brief)).toEqual(['SNYK-JS-LODASH-1018905 critical vulnerability']);
    }
  });

  it('reads the binaries that came by no package, once where they are listed twice', async () => {
    const withBinaries = (ok: boolean, isListed: boolean): unknown =>
      changed('container', (image) => {
        const { from, name, version, ...data } = {
          ...image.applications[0].vulnerabilities[0],
          id: 'SNYK-UPSTREAM-NODE-1',
          packageManager: 'upstream',
          packageName: 'node',
        };
        image.docker.binariesVulns = {
          issuesData: { 'SNYK-UPSTREAM-NODE-1': data },
          affectedPkgs: {
            'node@22.1.0': { pkg: { name: 'node', version: '22.1.0' }, issues: { 'SNYK-UPSTREAM-NODE-1': {} } },
          },
        };
        const listed = { ...data, from: ['Upstream', 'node@22.1.0'], name: 'node', version: '22.1.0' };
        Object.assign(image, { ok, vulnerabilities: isListed ? [listed] : [], uniqueCount: isListed ? 1 : 0 });
        expect([from, name, version]).not.toContain(undefined);
      });
    for (const [ok, isListed] of [[true, false] as const, [false, true] as const]) {
      const { findings } = await valid(withBinaries(ok, isListed));
      expect(findings.map((one) => [brief(one), one.version]).sort()).toEqual([
        ['SNYK-JS-LODASH-1018905 critical vulnerability', '4.17.11'],
        ['SNYK-UPSTREAM-NODE-1 critical vulnerability', '22.1.0'],
      ]);
    }
    const torn = withBinaries(true, false) as Report;
    torn.docker.binariesVulns.issuesData = {};
    expect(await reasonOf(torn)).toMatch(/does not describe/);
  });

  it('says when Snyk does not know the system', async () => {
    const unknown = (change: object): unknown =>
      changed('container', (image) => {
        image.docker.baseImageRemediation.code = 'UNTRACKED_NEW_OS';
        Object.assign(image, change);
      });
    expect((await valid(unknown({}))).scan.warnings).toContain(
      'Snyk does not know all vulnerabilities of the operating system in the image.',
    );
    expect(await reasonOf(unknown({ ok: true, vulnerabilities: [], uniqueCount: 0 }))).toMatch(/does not know/);
  });
});

describe('snyk iac test', () => {
  it('reads each file', async () => {
    const { findings, scan } = await valid(load('iac'));
    expect(findings.map(brief)).toEqual(Array(2).fill('SNYK-CC-K8S-44 high misconfiguration'));
    expect(findings.map(({ location }) => location)).toEqual([{ path: 'role.yaml', line: 8 }, { path: 'role.yaml' }]);
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(2);
    expect(scan.coverage).toEqual({ projects: 2, packages: 0, files: 2 });
    expect((await valid(load('iac')[0])).findings).toHaveLength(2);
    expect((await valid(load('iac')[1])).findings).toEqual([]);
  });

  it('counts a file of which the newer engine lists only checks that passed', async () => {
    const passed = { id: 'SNYK-CC-00151', severity: 'high', type: 'k8sconfig', path: ['resource'], isIgnored: false };
    const report = changed('iac', (files) => {
      files.splice(0, 1);
      files[0].infrastructureAsCodeSuccesses = [passed];
    });
    const { findings, scan } = await valid(report);
    expect({ findings, coverage: scan.coverage }).toEqual({
      findings: [],
      coverage: { projects: 1, packages: 0, files: 1 },
    });
  });

  it('tells documents of one file apart, and keeps the fingerprint of the first', async () => {
    const inDocuments = async (...numbers: number[]): Promise<string[]> => {
      const report = changed('iac', (files) => {
        const [issue] = files[0].infrastructureAsCodeIssues;
        files[0].infrastructureAsCodeIssues = numbers.map((number) => ({
          ...issue,
          path: [`[DocId: ${number}]`, 'input', 'rules'],
        }));
      });
      return (await valid(report)).findings.map(({ fingerprint }) => fingerprint);
    };
    const [first] = (await valid(load('iac'))).findings;
    const three = await inDocuments(0, 1, 12);
    expect(new Set(three).size).toBe(3);
    expect(three[0]).toBe(first?.fingerprint);
    expect(await inDocuments(1, 1)).toEqual([three[1]]);
  });

  it('tells what is ignored', async () => {
    const report = changed('iac', (files) => {
      files[0].infrastructureAsCodeIssues[0].isIgnored = true;
    });
    expect((await valid(report)).findings[0]).toMatchObject({ suppressed: { by: '.snyk' } });
  });
});

describe('snyk code test', () => {
  it('reads SARIF of Snyk Code', async () => {
    const { findings, scan } = await valid(load('code'));
    expect(findings.map((one) => [brief(one), one.title, one.location])).toEqual([
      [
        'javascript/NoHardcodedCredentials/test low code suppressed',
        'Use of Hardcoded Credentials',
        { path: 'test/login.js', line: 5 },
      ],
      ['javascript/DisablePoweredBy medium code', 'Information Exposure', { path: 'app.js', line: 12 }],
      ['javascript/Sqli high code', 'SQL Injection', { path: 'routes/orders.js', line: 39 }],
      ['javascript/Sqli high code', 'SQL Injection', { path: 'routes/orders.js', line: 71 }],
    ]);
    expect(findings[0]?.suppressed).toEqual({ by: 'an ignore in Snyk', reason: 'A fixture' });
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(4);
    expect(scan).toEqual({
      coverage: { files: 48 },
      scanner: { name: 'SnykCode', version: '1.0.0' },
      warnings: ['Snyk Code could not read 2 files.'],
    });
  });

  it('takes credentials in the code for secrets, and makes their fingerprint of their place alone', async () => {
    const secrets = async (print: string): Promise<Finding[]> => {
      const report = changed('code', (sarif) => {
        const [run] = sarif.runs;
        run.tool.driver.rules[2].properties.cwe = ['CWE-547', 'CWE-798'];
        const result = run.results.find(({ ruleId }: Report) => ruleId === 'javascript/NoHardcodedCredentials/test');
        result.fingerprints = { 0: print, 1: print };
        const next = structuredClone(result);
        next.locations[0].physicalLocation.region.startLine += 1;
        run.results.push(next);
      });
      return (await valid(report)).findings.filter(({ category }) => category === 'secret');
    };
    const found = await secrets('aa');
    expect(found.map(({ severity, location }) => [severity, location.line])).toEqual([
      ['low', 5],
      ['low', 6],
    ]);
    expect(new Set(found.map(({ fingerprint }) => fingerprint)).size).toBe(2);
    expect(await secrets('bb')).toEqual(found);
  });

  it('keeps fingerprints when lines are added above, in whatever order results come', async () => {
    const moved = changed('code', ({ runs: [run], ...rest }) => {
      for (const result of run.results) result.locations[0].physicalLocation.region.startLine += 7;
      run.results.reverse();
      return { ...rest, runs: [run] };
    });
    const [first, again] = [await valid(load('code')), await valid(moved)];
    expect(again.findings.map(({ fingerprint }) => fingerprint)).toEqual(
      first.findings.map(({ fingerprint }) => fingerprint),
    );
  });

  test.each([
    ['accepted', true],
    [undefined, true],
    ['underReview', false],
    ['rejected', false],
  ])('suppression %s holds: %s', async (status, isSuppressed) => {
    const report = changed('code', (sarif) => {
      sarif.runs[0].results[0].suppressions = [{ status, justification: 'why' }];
    });
    const { findings } = await valid(report);
    expect(findings.find(({ location }) => location.line === 39)?.suppressed !== undefined).toBe(isSuppressed);
  });

  it('takes critical from a policy of the organisation, and unmapped for unknown', async () => {
    const report = changed('code', (sarif) => {
      const [first, second] = sarif.runs[0].results;
      first.properties['snykPolicy/v1'] = { originalLevel: 'note', originalSeverity: 'low', severity: 'critical' };
      second.level = 'unmapped';
    });
    const { findings, scan } = await valid(report);
    expect(findings.slice(2).map(({ severity }) => severity)).toEqual(['critical', 'unknown']);
    expect(scan.warnings).toContainEqual(expect.stringContaining('changed the severity of 1 '));
  });

  it('is clean when it read files and found nothing', async () => {
    const report = changed('code', (sarif) => {
      sarif.runs[0].results = [];
    });
    expect(await valid(report)).toMatchObject({ findings: [], scan: { coverage: { files: 48 } } });
  });
});
