import type { Finding } from '../finding.ts';
import { merge } from './draft.ts';

/** What the projects, or runs, of one report come to. */
export interface Tally {
  /** By fingerprint. */
  findings: Map<string, Finding>;
  projects: number;
  packages: number;
  files: number;
  /** The most other projects that one of them says are there. */
  foundProjects: number;
  /** Projects in which Snyk saw no package. */
  empty: number;
  /** Projects with packages whose version Snyk could not tell. */
  unknownVersions: number;
  /** Findings that a policy of the organisation rates otherwise than Snyk. */
  rerated: number;
  /** The image that was scanned, as it was named. */
  image?: string;
  warnings: Set<string>;
}

export function openTally(): Tally {
  return {
    findings: new Map(),
    projects: 0,
    packages: 0,
    files: 0,
    foundProjects: 0,
    empty: 0,
    unknownVersions: 0,
    rerated: 0,
    warnings: new Set(),
  };
}

/** Two projects of one name and file are told apart by nothing: their findings are one, and the worse counts. */
export function addFinding({ findings }: Tally, finding: Finding): void {
  const other = findings.get(finding.fingerprint);
  findings.set(finding.fingerprint, other === undefined ? finding : merge(other, finding));
}

/** Whole sentences on what was not looked at, or not rated by Snyk. */
export function warningsOf(tally: Tally): string[] {
  const { projects, foundProjects, empty, unknownVersions, rerated } = tally;
  const warnings = [...tally.warnings];
  if (foundProjects + 1 > projects && foundProjects > 0)
    warnings.push(
      `Snyk found ${foundProjects + 1} projects and tested ${projects}: run snyk test --all-projects --fail-fast to test all.`,
    );
  if (empty > 0) warnings.push(`Snyk saw no package in ${empty} of ${projects} projects.`);
  if (unknownVersions > 0)
    warnings.push(`Snyk could not tell the version of some packages in ${unknownVersions} of ${projects} projects.`);
  if (rerated > 0)
    warnings.push(`A policy of the Snyk organisation changed the severity of ${rerated} of the entries in the report.`);
  return warnings;
}
