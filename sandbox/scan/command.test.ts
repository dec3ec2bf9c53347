import { expect, test } from 'vitest';
import { commitsScanned, gitleaksChanges, gitleaksHistory, scannerEnvironment, semgrep, trivy } from './command.ts';

const place = { repository: '/code', output: '/reports', settings: '/hawser/scanners' };

test.each([
  ['10:01AM INF 36 commits scanned.\n10:01AM INF scanned ~37 bytes (37 bytes) in 3.28s', 36],
  ['10:01AM INF 0 commits scanned.', 0],
  ['10:01AM INF scanned ~37 bytes (37 bytes) in 3.28s', undefined],
  ['', undefined],
  ['10:01AM ERR 36 commits scanned.', undefined],
  ['10:01AM WRN partial scan completed in 3s', undefined],
])('reads the commits from what gitleaks says: %s', (log, commits) => expect(commitsScanned(log)).toBe(commits));

test('gitleaks writes no secret down, and nothing beside the code takes one out', () => {
  for (const { args } of [gitleaksHistory('gitleaks', place), gitleaksChanges('gitleaks', place, '/changes')]) {
    expect(args).toContain('--redact=100');
    expect(args).toContain('--ignore-gitleaks-allow');
    expect(args).toContain('--config=/hawser/scanners/gitleaks/gitleaks.toml');
  }
});

test('each run has a report of its own', () => {
  const runs = [
    gitleaksHistory('gitleaks', place),
    gitleaksChanges('gitleaks', place, '/changes'),
    semgrep('semgrep', place),
    trivy('trivy', place, undefined),
  ];
  expect(new Set(runs.map(({ report }) => report)).size).toBe(runs.length);
  for (const { args, report } of runs) expect(args.some((arg) => arg.endsWith(`=${report}`))).toBe(true);
});

test('nothing is downloaded or sent', () => {
  expect(semgrep('semgrep', place).args).toEqual(expect.arrayContaining(['--metrics=off', '--disable-version-check']));
  expect(trivy('trivy', place, undefined).args).toEqual(
    expect.arrayContaining([
      '--offline-scan',
      '--skip-db-update',
      '--skip-java-db-update',
      '--skip-check-update',
      '--skip-version-check',
      '--disable-telemetry',
    ]),
  );
});

test('trivy looks for vulnerabilities only where it has a database', () => {
  expect(trivy('trivy', place, undefined).args).toContain('--scanners=secret,misconfig,license');
  const { args } = trivy('trivy', place, '/cache');
  expect(args).toContain('--scanners=secret,misconfig,license,vuln');
  expect(args).toContain('--cache-dir=/cache');
});

test('a scanner gets no credentials and no settings of the user', () => {
  const env = scannerEnvironment('/bin', '/home', '/code');
  expect(Object.keys(env).filter((name) => /^(AWS|GITHUB|GH|NPM|SNYK|GITLEAKS|TRIVY)/.test(name))).toEqual([]);
  expect(env).toMatchObject({ PATH: '/bin', HOME: '/home' });
});
