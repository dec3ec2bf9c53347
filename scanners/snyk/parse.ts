import { invalid } from '../invalid.ts';
import type { Path } from '../json/read.ts';
import type { ReportParser } from '../report.ts';
import { openCode, type CodeVisitor } from './code.ts';
import { openProject, type ProjectVisitor } from './project.ts';
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
  let root: 'object' | 'array' | undefined;
  let project: ProjectVisitor | undefined;
  let code: CodeVisitor | undefined;
  let version: unknown;

  /** Who reads a member, and where that is for it. */
  function readerOf(path: Path): [reader: ProjectVisitor | CodeVisitor, path: Path] {
    const [first] = path;
    if (root === 'array') {
      if (project === undefined) throw invalid(`is no report of snyk: [${String(first)}] is not an object`);
      return [project, path.slice(1)];
    }
    if (first === 'runs') {
      code ??= openCode(tally);
      return [code, path];
    }
    project ??= openProject([], tally);
    return [project, path];
  }

  return {
    enter(path, kind) {
      if (path.length === 0) {
        root = kind;
        return 'walk';
      }
      if (root === 'array' && path.length === 1) {
        if (kind === 'array') throw invalid(`is no report of snyk: [${String(path[0])}] is not an object`);
        project = openProject(path, tally);
      }
      const [reader, inner] = readerOf(path);
      return reader.enter(inner, kind);
    },
    take(path, value) {
      if (path.length === 0 || (root === 'array' && path.length === 1))
        throw invalid('is no report of snyk: that is an object, or a list of objects');
      if (root === 'object' && path.length === 1 && (path[0] === 'version' || path[0] === '$schema')) {
        if (path[0] === 'version') version = value;
        return;
      }
      const [reader, inner] = readerOf(path);
      reader.take(inner, value);
    },
    leave(path) {
      if (path.length > 0) {
        const [reader, inner] = readerOf(path);
        reader.leave(inner);
      } else if (root === 'object') {
        if (code !== undefined && project !== undefined)
          throw invalid('is no report of snyk: it is SARIF and a project at once');
        if (code === undefined && project === undefined) throw invalid('is no report of snyk: it is empty');
        if (code !== undefined && version !== '2.1.0') throw invalid('is not SARIF 2.1.0');
        code?.leave(path);
        project?.leave(path);
      }
    },
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
        scanner: code?.scanner() ?? { name: 'snyk' },
        ...(image === undefined ? {} : { subject: { name: image } }),
        warnings: warningsOf(tally),
      };
    },
  };
};
