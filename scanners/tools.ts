import type { ReportParser } from './report.ts';

/** By the name of the tool. One is loaded when a report of its tool is read. */
const loaders: ReadonlyMap<string, () => Promise<ReportParser>> = new Map(
  Object.entries({
    gitleaks: async () => (await import('./gitleaks/parse.ts')).gitleaks,
    grype: async () => (await import('./grype/parse.ts')).grype,
    osv: async () => (await import('./osv/parse.ts')).osv,
    sarif: async () => (await import('./sarif/parse.ts')).sarif,
    semgrep: async () => (await import('./semgrep/parse.ts')).semgrep,
    snyk: async () => (await import('./snyk/parse.ts')).snyk,
    trivy: async () => (await import('./trivy/parse.ts')).trivy,
    zap: async () => (await import('./zap/parse.ts')).zap,
  }),
);

/** The tools whose reports can be read. */
export const supportedTools: readonly string[] = [...loaders.keys()];

/** How the reports of the tool are read; undefined for one that is not supported. */
export async function parserOf(tool: string): Promise<ReportParser | undefined> {
  return loaders.get(tool)?.();
}
