import { gitleaks } from './gitleaks/parse.ts';
import { grype } from './grype/parse.ts';
import { osv } from './osv/parse.ts';
import type { ReportParser } from './report.ts';
import { sarif } from './sarif/parse.ts';
import { semgrep } from './semgrep/parse.ts';
import { snyk } from './snyk/parse.ts';
import { trivy } from './trivy/parse.ts';
import { zap } from './zap/parse.ts';

const parsers: ReadonlyMap<string, ReportParser> = new Map(
  Object.entries({ gitleaks, grype, osv, sarif, semgrep, snyk, trivy, zap }),
);

/** The tools whose reports can be read. */
export const supportedTools: readonly string[] = [...parsers.keys()];

/** How the reports of the tool are read; undefined for one that is not supported. */
export function parserOf(tool: string): ReportParser | undefined {
  return parsers.get(tool);
}
