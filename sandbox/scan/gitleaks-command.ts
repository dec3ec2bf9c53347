import type { Place, ScannerRun } from './command.ts';

/** When git fails midway, gitleaks says so, and ends as if it had seen all commits. */
const partial = /^\S+ (?:ERR|FTL) .*$/m;

/**
 * gitleaks over all commits of all branches and tags. Neither a comment in the code nor a file of ignored fingerprints takes a
 * finding out: exceptions are in its configuration, where each has a reason, or waivers of the gate. `hasWideMerge`: the history has a
 * merge of more than two branches.
 */
export function gitleaksHistory(command: string, place: Place, hasWideMerge: boolean): ScannerRun {
  const report = `${place.output}/gitleaks-history.json`;
  return {
    tool: 'gitleaks',
    title: 'gitleaks, history',
    command,
    args: ['git', ...gitleaksOptions(place, report), `--log-opts=${logOptions(hasWideMerge)}`, place.repository],
    cwd: place.output,
    report,
    partial,
  };
}

/** gitleaks over copies of the files that are not committed as they are; `changes` is their folder. */
export function gitleaksChanges(command: string, place: Place, changes: string): ScannerRun {
  const report = `${place.output}/gitleaks-changes.json`;
  return {
    tool: 'gitleaks',
    title: 'gitleaks, uncommitted',
    command,
    args: ['dir', ...gitleaksOptions(place, report), '.'],
    cwd: changes,
    report,
    partial,
  };
}

/**
 * How git writes the history down for gitleaks. A merge is shown by what it has that git would not have merged itself: what came with the
 * branches is in their own commits. Only of two branches can git tell; where there is a wider merge, each is shown by what it brought to its first
 * parent, so that a secret of a branch is found a second time. `--text`: neither .gitattributes nor a NUL byte makes a file one that is not shown.
 * The prefixes: of a merge with conflicts gitleaks takes them for a part of the path.
 */
function logOptions(hasWideMerge: boolean): string {
  const merges = hasWideMerge ? 'first-parent' : 'remerge';
  return `--full-history --all --text --diff-merges=${merges} --src-prefix=./ --dst-prefix=./`;
}

function gitleaksOptions(place: Place, report: string): string[] {
  return [
    `--config=${place.settings}/gitleaks/gitleaks.toml`,
    '--ignore-gitleaks-allow',
    '--redact=100',
    '--report-format=json',
    `--report-path=${report}`,
    '--exit-code=0',
    '--no-banner',
    '--no-color',
  ];
}

/** How many commits gitleaks says that it looked at; undefined when it does not say. */
export function commitsScanned(log: string): number | undefined {
  const [, count] = /^.*\bINF (\d+) commits scanned\.$/m.exec(log) ?? [];
  return count === undefined ? undefined : Number(count);
}
