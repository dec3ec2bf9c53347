import type { Finding } from '../finding.ts';
import { invalid } from '../invalid.ts';
import { fingerprintOfDraft, type Draft } from './draft.ts';
import { errorReport } from './error-report.ts';
import { placeOf } from './field.ts';
import { purlOf } from './purl.ts';
import { addFinding, type Tally } from './tally.ts';

/** What was read of a project when it ends. */
export interface ProjectParts {
  at: (string | number)[];
  /** One of the applications of an image. */
  isPart: boolean;
  /** Its members that are no objects or lists, and `true` for the lists that are there. */
  fields: Map<string, unknown>;
  drafts: Map<string, Draft>;
  /** Findings as often as the report lists them: once for each path to a package. */
  entries: number;
  /** Those of them that are suppressed. */
  hidden: number;
  /** Those of them that are of programs without a package. Some versions list them there only, and are ok nevertheless. */
  ofBinaries: number;
  /** How often the list `vulnerabilities` names each. */
  listed: Map<string, number>;
  ids: Set<string>;
  /** The entries of its applications. */
  inner: number;
}

/** Snyk's codes for an operating system that it has no vulnerabilities of. */
const UNKNOWN_SYSTEM = /(UNTRACKED|UNSUPPORTED).*OS/;

/** Adds a project to the tally. Throws `invalid` when it is an error, contradicts itself, or says nothing of its coverage. */
export function closeProject(parts: ProjectParts, tally: Tally): void {
  const { at, fields, drafts, entries } = parts;
  const place = at.length === 0 ? '' : placeOf(at);
  const of = place === '' ? 'it' : place;
  const isOfCode = fields.has('infrastructureAsCodeIssues');
  const hasList = fields.has('vulnerabilities') || isOfCode;
  if (fields.has('error') || (!hasList && (fields.get('ok') === false || fields.has('message'))))
    throw errorReport(place, fields.get('path'), fields.get('code'));
  if (!hasList) throw invalid(`is no report of snyk: ${of} has no vulnerabilities and no infrastructureAsCodeIssues`);
  checkOk(parts, of);
  checkCount(parts, of);
  const packages = isOfCode ? 0 : countOf(fields, of);
  checkSystem(parts, of, tally);
  checkThreshold(parts, of, tally);

  tally.projects += 1;
  tally.packages += packages;
  if (isOfCode) tally.files += 1;
  else if (packages === 0 && entries === 0) tally.empty += 1;
  if (fields.get('hasUnknownVersions') === true) tally.unknownVersions += 1;
  const found = fields.get('foundProjectCount');
  if (typeof found === 'number') tally.foundProjects = Math.max(tally.foundProjects, found);
  const path = textOf(fields, 'path');
  if (fields.has('docker') && !parts.isPart && path !== undefined) tally.image ??= path;
  for (const draft of drafts.values()) addFinding(tally, findingOf(draft, fields));
}

function findingOf(draft: Draft, fields: ProjectParts['fields']): Finding {
  const project = textOf(fields, 'projectName');
  const file = textOf(fields, 'displayTargetFile') ?? textOf(fields, 'targetFile');
  const path = textOf(fields, 'path');
  const { name, version, manager = textOf(fields, 'packageManager') } = draft.component ?? {};
  const purl =
    name === undefined || version === undefined || manager === undefined
      ? undefined
      : purlOf({ name, version, manager });
  return {
    ...draft.finding,
    ...(purl === undefined ? {} : { purl }),
    location: { path: file ?? path ?? project ?? '-', ...(draft.line === undefined ? {} : { line: draft.line }) },
    // The path is that of this machine, or an image with a tag of its own for each build.
    fingerprint: fingerprintOfDraft(draft, project, file ?? (project === undefined ? path : undefined)),
  };
}

/** `ok` is the opposite of what is there. A .snyk with `failThreshold` makes it true though there are findings, which all are listed. */
function checkOk({ fields, entries, hidden, ofBinaries, inner }: ProjectParts, of: string): void {
  const ok = fields.get('ok');
  if (typeof ok !== 'boolean') throw invalid(`is no report of snyk: ${of} does not say whether it is ok`);
  const hasThreshold = textOf(fields, 'policy')?.includes('failThreshold') ?? false;
  if (ok && entries - hidden - ofBinaries > 0 && !hasThreshold)
    throw invalid(`contradicts itself: ${of} is ok and has vulnerabilities`);
  if (!ok && entries + inner === 0) throw invalid(`contradicts itself: ${of} is not ok and has no vulnerabilities`);
}

/** Snyk counts what it lists: each once; or with what is suppressed; or once for each path. Fewer in the list were taken out of it. */
function checkCount({ fields, listed, ids }: ProjectParts, of: string): void {
  const count = fields.get('uniqueCount');
  if (typeof count !== 'number' || count <= listed.size || count === ids.size) return;
  if (count !== [...listed.values()].reduce((sum, times) => sum + times, 0))
    throw invalid(
      `contradicts itself: ${of} has ${listed.size} different vulnerabilities and a uniqueCount of ${count}`,
    );
}

function countOf(fields: ProjectParts['fields'], of: string): number {
  const count = fields.get('dependencyCount');
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count;
  throw invalid(`proves no coverage: ${of} has no dependencyCount`);
}

function checkSystem({ fields, entries }: ProjectParts, of: string, tally: Tally): void {
  const code = fields.get('baseImageCode');
  if (typeof code !== 'string' || !UNKNOWN_SYSTEM.test(code)) return;
  if (entries === 0) throw invalid(`proves no coverage: Snyk does not know the vulnerabilities of the system in ${of}`);
  tally.warnings.add('Snyk does not know all vulnerabilities of the operating system in the image.');
}

/** Findings below the threshold are not in the report. */
function checkThreshold({ fields, entries, hidden }: ProjectParts, of: string, tally: Tally): void {
  const threshold = fields.get('severityThreshold');
  if (typeof threshold !== 'string' || threshold === 'low') return;
  if (threshold === 'critical' && entries - hidden === 0)
    throw invalid(`proves nothing about severity high: ${of} was tested with --severity-threshold=critical`);
  tally.warnings.add('Snyk was run with --severity-threshold: what is below is not in the report.');
}

function textOf(fields: ProjectParts['fields'], name: string): string | undefined {
  const value = fields.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
