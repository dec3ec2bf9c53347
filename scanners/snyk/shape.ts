import type { Path } from '../json/read.ts';

/** Lists and objects of a project that hold no findings of their own. */
const SKIPPED = new Set(['licensesPolicy', 'ignoreSettings', 'remediation', 'meta']);
const LISTS = new Set(['vulnerabilities', 'infrastructureAsCodeIssues', 'applications']);
const FILTERS = new Set(['ignore', 'patch']);
const TABLES = new Set(['issuesData', 'affectedPkgs']);

/** How a list or an object of a project is read, by all that Snyk has written there; undefined for what is not known. */
export function howToRead(path: Path, kind: 'object' | 'array'): 'walk' | 'take' | 'skip' | undefined {
  const [first, second, third] = path.map(String);
  const isList = kind === 'array';
  if (first === undefined) return 'walk';
  if (path.length === 1) {
    if (isListOfFindings(first)) return isList ? 'walk' : undefined;
    if (isObjectOfFindings(first)) return isList ? undefined : 'walk';
    return SKIPPED.has(first) ? 'skip' : undefined;
  }
  if (first === 'vulnerabilities' || first === 'infrastructureAsCodeIssues') return 'take';
  if (first === 'filtered') {
    if (path.length > 2) return 'take';
    return isFilter(second) && isList ? 'walk' : undefined;
  }
  if (first !== 'docker') return undefined;
  if (path.length === 2) {
    if (second === 'baseImageRemediation') return 'take';
    return second === 'binariesVulns' && !isList ? 'walk' : undefined;
  }
  if (path.length === 3) return isTable(third) && !isList ? 'walk' : undefined;
  return 'take';
}

/** Whether a member is always a list with findings in it, so that anything else in its place would hide them. */
export function isListOfFindings(name: string): boolean {
  return LISTS.has(name);
}

export function isObjectOfFindings(name: string): boolean {
  return name === 'filtered' || name === 'docker';
}

/** Of `filtered`. */
export function isFilter(name: unknown): name is 'ignore' | 'patch' {
  return FILTERS.has(String(name));
}

/** Of `docker.binariesVulns`. */
export function isTable(name: unknown): name is 'issuesData' | 'affectedPkgs' {
  return TABLES.has(String(name));
}
