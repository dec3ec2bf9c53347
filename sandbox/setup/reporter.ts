import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { errorText } from './error-text.ts';
import type { TestRecord, VitestReport } from './summary.ts';

/**
 * A vitest reporter that writes what a summary needs to the file `$HAWSER_TEST_REPORT`. Unlike vitest's own JSON it has the
 * note of a skipped test (`context.skip('why')`), the errors of hooks, and the errors that no test caught.
 * Vitest calls it with `new`.
 */
// oxlint-disable-next-line import/no-default-export -- vitest takes the default export of a reporter's file
export default function reporter(): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const report: VitestReport = {
        tests: modules.flatMap((module) => [...module.children.allTests()].map((test) => record(module, test))),
        errors: [
          ...modules.flatMap((module) => brokenSuites(module)),
          ...unhandledErrors.map((error) => ({ name: 'an error that no test caught', output: errorText(error) })),
        ],
      };
      writeFileSync(process.env['HAWSER_TEST_REPORT'] ?? 'test-report.json', JSON.stringify(report));
    },
  };
}

function record(module: TestModule, test: TestCase): TestRecord {
  const result = test.result();
  const state = result.state === 'pending' ? 'failed' : result.state;
  return {
    name: `${module.relativeModuleId} > ${test.fullName}`,
    state,
    ...(result.state === 'skipped' && result.note !== undefined && { note: result.note }),
    ...(state === 'failed' && {
      output: (result.errors ?? []).map((error) => errorText(error)).join('\n') || 'it did not finish',
    }),
  };
}

/** Files that do not load, and suites whose hooks fail. */
function brokenSuites(module: TestModule): { name: string; output: string }[] {
  return [module, ...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map((error) => ({
      name: suite.type === 'module' ? suite.relativeModuleId : `${module.relativeModuleId} > ${suite.fullName}`,
      output: errorText(error),
    })),
  );
}
