import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * unit:     pure code and in-memory adapters; seconds, no set-up.
 * contract: the same suites against real parts: the sandbox's AWS, registry and API server, and processes of our own.
 * sandbox:  the whole flow on a real Kubernetes node; two files at a time, each in a sandbox of its own.
 * sandbox-alone: those that look at the machine as a whole, or start sandboxes that must be the only ones, after the others.
 */
const alone = [
  'sandbox/{command,sandbox,unprivileged}.sandbox.test.ts',
  'sandbox/flow/leftovers.sandbox.test.ts',
  'sandbox/host/*.sandbox.test.ts',
  'sandbox/node/{machine,network}.sandbox.test.ts',
  'sandbox/setup/*.sandbox.test.ts',
];

const LONGEST = 'sandbox/failures/failures.sandbox.test.ts';

/**
 * Vitest begins with the largest files where it does not know how long each took the last time. The one that takes half of the sandbox's
 * time is small, and would run alone at the end.
 */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLongest = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith(LONGEST);
    return sorted.toSorted((a, b) => Number(isLongest(b)) - Number(isLongest(a)));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    passWithNoTests: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{functions,app,k8s,scanners,cli,sandbox,bench}/**/*.test.ts'],
          exclude: ['**/*.contract.test.ts', '**/*.sandbox.test.ts', '**/node_modules/**'],
          // Pure code, and nobody changes what is global without putting it back: a fresh set of modules for each file would cost more than its tests.
          isolate: false,
          // On a cold machine these run beside a build that takes all cores.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'contract',
          include: ['{functions,sandbox,cli}/**/*.contract.test.ts', 'app/src/*.contract.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'sandbox',
          include: ['{functions,sandbox,cli}/**/*.sandbox.test.ts'],
          exclude: [...alone, '**/node_modules/**'],
          // Most of the time is waiting: for probes, timeouts and the kubelet.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          // Longer than anything in a test waits, so that what ran out of time says itself what it waited for.
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'sandbox-alone',
          include: alone,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
