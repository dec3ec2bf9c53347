import { invalid } from '../invalid.ts';
import { kept, listOf, walked, type Shape } from '../json/shape.ts';
import { visitorOf } from '../json/walk.ts';
import type { ReportParser } from '../report.ts';
import { runsShape, type Code } from './code.ts';
import { projectFields, projectShape } from './project.ts';
import { openTally, warningsOf } from './tally.ts';

/**
 * Reads the JSON of Snyk's CLI: `snyk test` (one project, or the list of `--all-projects`), `snyk container test` with its applications,
 * `snyk iac test` and `snyk code test` (which is SARIF). One error among the projects makes the whole report invalid: that project was
 * not tested. A report whose projects all have no dependency, and no finding, proves nothing.
 *
 * Findings go to the sink when the report has ended: only then is it known which of two is the worse, and which is suppressed.
 */
export const snyk: ReportParser = (sink) => {
  const tally = openTally();
  let code: Code | undefined;
  const project = projectFields(tally);
  const report: Shape = {
    ...walked(
      { ...project.fields, ...kept('version'), runs: runsShape(tally, (begun) => (code = begun)) },
      {
        entered: project.entered,
        left: ({ version, ...own }, where) => {
          if (code === undefined) return project.left(own, where);
          if (project.isSeen() || Object.keys(own).length > 0)
            throw invalid('is no report of snyk: it is SARIF and a project at once');
          if (version !== '2.1.0') throw invalid('is not SARIF 2.1.0');
          if (code.runs === 0) throw invalid('proves no coverage: it has no runs');
        },
      },
    ),
    ...listOf(projectShape(tally)),
  };

  return {
    ...visitorOf('a report of snyk', report),
    end() {
      const { findings, projects, packages, files, image } = tally;
      if (code === undefined && projects === 0) throw invalid('proves no coverage: it has no project');
      if (packages === 0 && files === 0 && findings.size === 0)
        throw invalid('proves no coverage: the dependencyCount of all of its projects is 0');
      for (const finding of findings.values()) sink(finding);
      return {
        coverage: {
          ...(projects === 0 ? {} : { projects, packages }),
          ...(files === 0 ? {} : { files }),
        },
        scanner: code?.scanner ?? { name: 'snyk' },
        ...(image === undefined ? {} : { subject: { name: image } }),
        warnings: warningsOf(tally),
      };
    },
  };
};
