import { isObject } from '../json/field.ts';
import { invalid } from '../invalid.ts';
import type { Path, Visitor } from '../json/read.ts';
import { openBinaries } from './binaries.ts';
import { addDraft, type Draft } from './draft.ts';
import { placeOf } from './field.ts';
import { readInfrastructureIssue } from './infrastructure.ts';
import { closeProject, type ProjectParts } from './project-close.ts';
import { howToRead, isFilter, isListOfFindings, isObjectOfFindings, isTable } from './shape.ts';
import type { Tally } from './tally.ts';
import { readPatched, readVulnerability } from './vulnerability.ts';

/** `errors` and `jsonapi` are of an error of the API, written as it came. */
const ERRORS = new Set(['error', 'errors', 'jsonapi']);

/** One project of `snyk test`, one image of `snyk container test`, or one file of `snyk iac test`. */
export interface ProjectVisitor extends Visitor {
  leave(path: Path): void;
  /** How many findings it and its applications hold, suppressed or not. */
  size(): number;
}

/**
 * Reads one project. Paths given to it begin at the project; `at` is where that is. When it ends, its findings and its coverage are
 * added to the tally, or `invalid` is thrown.
 */
export function openProject(at: Path, tally: Tally, isPart = false): ProjectVisitor {
  const parts: ProjectParts = {
    at: [...at],
    isPart,
    fields: new Map(),
    drafts: new Map(),
    entries: 0,
    hidden: 0,
    ofBinaries: 0,
    listed: new Map(),
    ids: new Set(),
    inner: 0,
  };
  const binaries = openBinaries();
  let application: ProjectVisitor | undefined;
  const place = (path: Path): string => placeOf([...parts.at, ...path]);

  function add(draft: Draft): void {
    parts.entries += 1;
    parts.ids.add(draft.finding.id);
    if (draft.finding.suppressed !== undefined) parts.hidden += 1;
    addDraft(parts.drafts, draft);
  }

  function cannotRead(path: Path): Error {
    if (path[0] === 'issues' || path[0] === 'issuesData')
      return invalid('is a report of snyk test --unmanaged, which this version cannot read');
    return invalid(`has a field ${place(path)} that this version cannot read`);
  }

  /** A member that is no list or object. */
  function field(name: string, value: unknown): void {
    if (isListOfFindings(name) || (isObjectOfFindings(name) && !(name === 'docker' && value === null)))
      throw invalid(`is no report of snyk: ${place([name])} is no list or object`);
    parts.fields.set(name, value);
  }

  function inDocker(path: Path, value: unknown): void {
    const [, name, table, id] = path;
    if (id !== undefined && table === 'issuesData') binaries.data(String(id), value, place(path));
    else if (id !== undefined && table === 'affectedPkgs') binaries.affected(value, place(path));
    else if (isTable(table) || (name === 'binariesVulns' && table === undefined && value !== null))
      throw cannotRead(path);
    else if (name === 'baseImageRemediation' && isObject(value)) parts.fields.set('baseImageCode', value['code']);
  }

  function inFiltered(path: Path, value: unknown): void {
    const [, filter] = path;
    if (!isFilter(filter)) return;
    if (path.length > 2) add(readFiltered(value, place(path), filter));
    // Nothing was ignored: written so by versions in Go.
    else if (value !== null) throw cannotRead(path);
  }

  function inApplications(path: Path): ProjectVisitor {
    if (path.length === 2) application = openProject([...parts.at, ...path], tally, true);
    if (application === undefined) throw cannotRead(path);
    return application;
  }

  return {
    enter(path, kind) {
      const [name] = path;
      if (name === 'applications' && path.length > 1) {
        if (path.length === 2 && kind === 'array') throw cannotRead(path);
        return inApplications(path).enter(path.slice(2), kind);
      }
      if (path.length === 1 && ERRORS.has(String(name))) {
        parts.fields.set('error', true);
        return 'skip';
      }
      const how = howToRead(path, kind);
      if (how === undefined || (name === 'applications' && isPart)) throw cannotRead(path);
      if (path.length === 1) parts.fields.set(String(name), true);
      return how;
    },
    take(path, value) {
      const [name] = path;
      if (path.length === 1) return field(String(name), value);
      if (name === 'docker') return inDocker(path, value);
      if (name === 'filtered') return inFiltered(path, value);
      if (name === 'applications') {
        if (path.length === 2) throw cannotRead(path);
        return inApplications(path).take(path.slice(2), value);
      }
      if (name === 'infrastructureAsCodeIssues') return add(readInfrastructureIssue(value, place(path)));
      if (isRerated(value)) tally.rerated += 1;
      const draft = readVulnerability(value, place(path));
      parts.listed.set(draft.finding.id, (parts.listed.get(draft.finding.id) ?? 0) + 1);
      add(draft);
    },
    leave(path) {
      const [name] = path;
      if (path.length === 0) {
        closeProject(parts, tally);
      } else if (name === 'applications' && path.length > 1) {
        application?.leave(path.slice(2));
        if (path.length === 2) parts.inner += application?.size() ?? 0;
      } else if (name === 'docker' && path.length === 2) {
        const drafts = binaries.drafts(place(path));
        parts.ofBinaries += drafts.length;
        for (const draft of drafts) add(draft);
      }
    },
    size: () => parts.entries + parts.inner,
  };
}

function readFiltered(value: unknown, place: string, filter: 'ignore' | 'patch'): Draft {
  // Newer versions name only the issue.
  if (filter === 'patch' && typeof value === 'string') return readPatched(value);
  return readVulnerability(value, place, filter);
}

function isRerated(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { originalSeverity, severityWithCritical, severity } = value;
  return typeof originalSeverity === 'string' && originalSeverity !== (severityWithCritical ?? severity);
}
