/** One start of a scanner, and where its report will be. */
export interface ScannerRun {
  /** As the gate calls it. */
  tool: 'gitleaks' | 'semgrep' | 'trivy';
  /** What people read. */
  title: string;
  command: string;
  args: string[];
  cwd: string;
  report: string;
  /** Lines of its log that say that it has not looked at everything, whatever its exit code is. */
  partial?: RegExp;
}

/** Where a run reads and writes; all paths are absolute. */
export interface Place {
  repository: string;
  /** Folder of the reports. */
  output: string;
  /** Folder of this project's own settings for the scanners. */
  settings: string;
}

/**
 * semgrep with the project's own rules: nothing is downloaded, nothing is sent. `--verbose` names what was too large to be scanned. Neither a
 * .semgrepignore nor the list that semgrep has of its own (tests, builds, what others wrote) leaves a file out: what the rules are tested on is
 * the only exception.
 */
export function semgrep(command: string, place: Place): ScannerRun {
  const report = `${place.output}/semgrep.json`;
  return {
    tool: 'semgrep',
    title: 'semgrep',
    command,
    args: [
      'scan',
      `--config=${place.settings}/semgrep/rules`,
      '--metrics=off',
      '--disable-version-check',
      '--disable-nosem',
      '--x-ignore-semgrepignore-files',
      '--exclude=/scanners/semgrep/rules/tests/fixtures',
      '--verbose',
      '--json',
      `--output=${report}`,
      '.',
    ],
    cwd: place.repository,
    report,
  };
}

/**
 * trivy without any download: what it looks for comes with the program. Vulnerabilities are looked for when `cache` is a cache folder
 * of trivy's with a database in it.
 */
export function trivy(command: string, place: Place, cache: string | undefined): ScannerRun {
  const report = `${place.output}/trivy.json`;
  const scanners = ['secret', 'misconfig', 'license', ...(cache === undefined ? [] : ['vuln'])];
  return {
    tool: 'trivy',
    title: 'trivy',
    command,
    args: [
      'fs',
      `--scanners=${scanners.join(',')}`,
      ...(cache === undefined ? [] : [`--cache-dir=${cache}`]),
      '--skip-db-update',
      '--skip-java-db-update',
      '--skip-check-update',
      '--skip-version-check',
      '--skip-vex-repo-update',
      '--offline-scan',
      '--disable-telemetry',
      '--cache-backend=memory',
      '--include-dev-deps',
      // Whole paths: trivy takes others from its working folder.
      `--skip-dirs=${place.repository}/**/node_modules`,
      `--skip-dirs=${place.output}`,
      '--format=json',
      '--list-all-pkgs',
      `--output=${report}`,
      '--exit-code=0',
      '--no-progress',
      place.repository,
    ],
    // Where there is no .trivyignore that takes findings out of the report.
    cwd: place.output,
    report,
  };
}

/**
 * The environment of a scanner: it reads code that nobody has looked at yet, so it gets no credentials, no settings of the user's, and
 * a home of its own. `path` has the folders of the scanners before the user's.
 */
export function scannerEnvironment(path: string, home: string, repository: string): Record<string, string> {
  return {
    PATH: path,
    HOME: home,
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    // Git looks at no repository of another user's, and in its new home it knows of no exception.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: repository,
    GIT_CONFIG_NOSYSTEM: '1',
    SEMGREP_SEND_METRICS: 'off',
    SEMGREP_ENABLE_VERSION_CHECK: '0',
  };
}
