import { expect, test } from 'vitest';
import { scannerEnvironment, semgrep, trivy } from './command.ts';
import { commitsScanned, gitleaksChanges, gitleaksHistory } from './gitleaks-command.ts';

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
  for (const { args } of [gitleaksHistory('gitleaks', place, false), gitleaksChanges('gitleaks', place, '/changes')]) {
    expect(args).toContain('--redact=100');
    expect(args).toContain('--ignore-gitleaks-allow');
    expect(args).toContain('--config=/hawser/scanners/gitleaks/gitleaks.toml');
  }
});

test.each([
  [false, 'remerge'],
  [true, 'first-parent'],
])('gitleaks gets merges with their diff, and what git takes for binary as text: %s', (hasWideMerge, merges) => {
  const { args } = gitleaksHistory('gitleaks', place, hasWideMerge);
  const options = args
    .find((arg) => arg.startsWith('--log-opts='))
    ?.slice('--log-opts='.length)
    .split(' ');
  expect(options).toEqual(expect.arrayContaining(['--all', '--full-history', '--text', `--diff-merges=${merges}`]));
});

test.each([
  ['12:25PM ERR [git] fatal: unable to read 3e3db053c38b2a6309eb2b665c7cfcc784308eaa', true],
  ['12:25PM INF 3 commits scanned.\n12:25PM FTL failed to write report', true],
  ['12:25PM INF 3 commits scanned.\n12:25PM WRN leaks found: 1', false],
  ['12:25PM INF no leaks found in src/ERR .ts', false],
])('knows whether gitleaks saw everything by what it says: %j', (log, isPartial) => {
  for (const { partial } of [gitleaksHistory('gitleaks', place, false), gitleaksChanges('gitleaks', place, '/changes')])
    expect(partial?.test(log)).toBe(isPartial);
});

test('semgrep takes no list of files to ignore, but for what its rules are tested on', () => {
  const { args } = semgrep('semgrep', place);
  expect(args).toContain('--x-ignore-semgrepignore-files');
  expect(args.filter((arg) => arg.startsWith('--exclude'))).toEqual([
    '--exclude=/scanners/semgrep/rules/tests/fixtures',
  ]);
});

test('each run has a report of its own', () => {
  const runs = [
    gitleaksHistory('gitleaks', place, false),
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
