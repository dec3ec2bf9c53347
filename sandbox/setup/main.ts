import { existsSync } from 'node:fs';
import { TEST_HELP } from './test.ts';

const HELP = `Usage: npm run demo|sandbox|bench|scan|test [-- OPTION…]

npm run demo               the whole flow on real parts: push, deploy, rollback, drift
  -- --keep                leave it running at the end
  -- --kubeconfig FILE     use a cluster of your own instead of the node that it builds
npm run sandbox            start the sandbox alone; npm run sandbox -- stop ends it
npm run bench              measure, and write the numbers down
npm run scan               scan this repository, and judge what is found
${TEST_HELP}

Environment
  HAWSER_CACHE             folder for what is built and downloaded (default: ~/.cache/hawser)
  HAWSER_KUBERNETES_BIN    the Kubernetes commands, or a folder with them, instead of a build with Go
  NO_COLOR                 no colors`;

/** What the npm scripts start, on Node.js 24 with the packages in place. Each command returns the exit code. */
async function main([command = '', ...args]: string[]): Promise<number> {
  if (command === '--help' || command === '-h' || args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return 0;
  }
  const problem = kubeconfigProblem(args);
  if (problem !== undefined) {
    console.error(problem);
    return 2;
  }
  switch (command) {
    case 'demo':
      return (await import('../demo/demo.ts')).demo(args);
    case 'sandbox':
      return (await import('../command.ts')).sandboxCommand(args);
    case 'bench':
      return (await import('../../bench/run.ts')).bench(args);
    case 'scan':
      return (await import('../scan/scan.ts')).scan(args);
    case 'test':
      return (await import('./test.ts')).test(args);
    default:
      console.error(`Unknown command: ${command || '(none)'}\n\n${HELP}`);
      return 2;
  }
}

/** Said before anything is built. */
function kubeconfigProblem(args: string[]): string | undefined {
  const at = args.findIndex((arg) => arg === '--kubeconfig' || arg.startsWith('--kubeconfig='));
  if (at === -1) return undefined;
  const file = args[at]?.includes('=') ? args[at].slice('--kubeconfig='.length) : args[at + 1];
  if (file === undefined || file === '' || file.startsWith('--')) return '--kubeconfig needs the path of a file.';
  return existsSync(file) ? undefined : `--kubeconfig ${file}: there is no such file.`;
}

let code = 1;
try {
  code = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
}
// Once all is written: a build that nobody waits for any more must not keep this process.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
