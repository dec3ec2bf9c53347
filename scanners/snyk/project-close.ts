import type { Finding } from '../finding.ts';
import { invalid } from '../invalid.ts';
import { fieldNames, plain } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { fingerprintOfDraft, type Draft } from './draft.ts';
import { errorReport } from './error-report.ts';
import { purlOf } from './purl.ts';
import { addFinding, type Tally } from './tally.ts';

/** What is read of a project before it ends, beside the fields that are kept. */
export interface ProjectParts {
  /** One of the applications of an image. */
  isPart: boolean;
  /** Its lists and objects that are there; `error` if it is one. */
  seen: Set<string>;
  /** Of the system of an image. */
  baseImageCode: unknown;
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

export function openParts(isPart: boolean): ProjectParts {
  return {
    isPart,
    seen: new Set(),
    baseImageCode: undefined,
    drafts: new Map(),
    entries: 0,
    hidden: 0,
    ofBinaries: 0,
    listed: new Map(),
    ids: new Set(),
    inner: 0,
  };
}

/** Texts, numbers and so on that are looked at. */
export const fieldsOfProject = fieldNames(
  'ok path code message uniqueCount dependencyCount hasUnknownVersions foundProjectCount projectName',
  'displayTargetFile targetFile packageManager policy severityThreshold',
);

/** Snyk's codes for an operating system that it has no vulnerabilities of. */
const UNKNOWN_SYSTEM = /(UNTRACKED|UNSUPPORTED).*OS/;

/**
 * Adds a project at this place to the tally: its parts, and the fields of it that are kept. Throws `invalid` when it is an error,
 * contradicts itself, or says nothing of its coverage.
 */
export function closeProject(parts: ProjectParts, fields: Json, where: string, tally: Tally): void {
  const { seen, drafts, entries } = parts;
  const of = where === '' ? 'it' : where;
  const isOfCode = seen.has('infrastructureAsCodeIssues') || seen.has('infrastructureAsCodeSuccesses');
  const hasList = seen.has('vulnerabilities') || isOfCode;
  if (seen.has('error') || (!hasList && (fields['ok'] === false || fields['message'] !== undefined)))
    throw errorReport(where, fields['path'], fields['code']);
  if (!hasList) throw invalid(`is no report of snyk: ${of} has no vulnerabilities and no infrastructureAsCodeIssues`);
  checkOk(parts, fields, of);
  checkCount(parts, fields['uniqueCount'], of);
  const packages = isOfCode ? 0 : countOf(fields['dependencyCount'], of);
  checkSystem(parts, of, tally);
  checkThreshold(parts, fields['severityThreshold'], of, tally);

  tally.projects += 1;
  tally.packages += packages;
  if (isOfCode) tally.files += 1;
  else if (packages === 0 && entries === 0) tally.empty += 1;
  if (fields['hasUnknownVersions'] === true) tally.unknownVersions += 1;
  const { foundProjectCount: found } = fields;
  if (typeof found === 'number') tally.foundProjects = Math.max(tally.foundProjects, found);
  const path = plain(fields['path']);
  if (seen.has('docker') && !parts.isPart && path !== undefined) tally.image ??= path;
  for (const draft of drafts.values()) addFinding(tally, findingOf(draft, fields));
}

function findingOf(draft: Draft, fields: Json): Finding {
  const project = plain(fields['projectName']);
  const file = plain(fields['displayTargetFile']) ?? plain(fields['targetFile']);
  const path = plain(fields['path']);
  const { name, version, manager = plain(fields['packageManager']) } = draft.component ?? {};
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
function checkOk({ entries, hidden, ofBinaries, inner }: ProjectParts, fields: Json, of: string): void {
  const { ok } = fields;
  if (typeof ok !== 'boolean') throw invalid(`is no report of snyk: ${of} does not say whether it is ok`);
  const hasThreshold = plain(fields['policy'])?.includes('failThreshold') ?? false;
  if (ok && entries - hidden - ofBinaries > 0 && !hasThreshold)
    throw invalid(`contradicts itself: ${of} is ok and has vulnerabilities`);
  if (!ok && entries + inner === 0) throw invalid(`contradicts itself: ${of} is not ok and has no vulnerabilities`);
}

/** Snyk counts what it lists: each once; or with what is suppressed; or once for each path. Fewer in the list were taken out of it. */
function checkCount({ listed, ids }: ProjectParts, count: unknown, of: string): void {
  if (typeof count !== 'number' || count <= listed.size || count === ids.size) return;
  if (count !== [...listed.values()].reduce((sum, times) => sum + times, 0))
    throw invalid(
      `contradicts itself: ${of} has ${listed.size} different vulnerabilities and a uniqueCount of ${count}`,
    );
}

function countOf(count: unknown, of: string): number {
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count;
  throw invalid(`proves no coverage: ${of} has no dependencyCount`);
}

function checkSystem({ baseImageCode: code, entries }: ProjectParts, of: string, tally: Tally): void {
  if (typeof code !== 'string' || !UNKNOWN_SYSTEM.test(code)) return;
  if (entries === 0) throw invalid(`proves no coverage: Snyk does not know the vulnerabilities of the system in ${of}`);
  tally.warnings.add('Snyk does not know all vulnerabilities of the operating system in the image.');
}

/** Findings below the threshold are not in the report. */
function checkThreshold({ entries, hidden }: ProjectParts, threshold: unknown, of: string, tally: Tally): void {
  if (typeof threshold !== 'string' || threshold === 'low') return;
  if (threshold === 'critical' && entries - hidden === 0)
    throw invalid(`proves nothing about severity high: ${of} was tested with --severity-threshold=critical`);
  tally.warnings.add('Snyk was run with --severity-threshold: what is below is not in the report.');
}
