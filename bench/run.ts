import { join } from 'node:path';
import { createProgress } from '../sandbox/setup/progress.mjs';
import { prepareAll } from '../sandbox/setup/prepare.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { benchObjects } from './apply/objects.ts';
import { withLoneServer } from './apply/lone-server.ts';
import { benchOneApp } from './apply/one-app.ts';
import { benchRollout } from './apply/rollout.ts';
import { benchBundles } from './bundles.ts';
import { benchDeploy } from './deploy.ts';
import { benchGate } from './gate.ts';
import { benchStart } from './start.ts';
import { writeResults, type Section } from './results.ts';
import { benchWebhook } from './webhook.ts';

export const REPO = join(import.meta.dirname, '..');

const HELP = `Usage: npm run bench [-- --write]
Measures the times that bench/README.md lists. --write puts them there.`;

/** `npm run bench`: all measurements in one run, on one sandbox. Returns the exit code. */
export async function bench(args: string[]): Promise<number> {
  const unknown = args.filter((arg) => arg !== '--write');
  if (unknown.length > 0) {
    console.error(`Unknown option: ${unknown.join(' ')}\n${HELP}`);
    return 2;
  }
  const progress = createProgress();
  const measured: Section[] = [];
  const measure = async (name: string, work: () => Promise<Section>): Promise<void> => {
    const step = progress.step(name, 'measuring');
    measured.push(await work());
    step.done();
  };
  try {
    await measure('Bundles', () => benchBundles(REPO));
    await measure('Reading a report', () => benchGate(REPO));
    await measure('A new revision, beside other tools', () => benchRollout(progress));
    await withLoneServer(progress, async (server) => {
      await measure('Requests for one app', () => benchOneApp(server));
      await measure('Applying N objects, beside other tools', () => benchObjects(server));
    });
    await measure('Sandbox start', () => benchStart(REPO, progress));
    const sandbox = await startSandbox({ repo: REPO, preparation: prepareAll({ progress }), progress });
    try {
      await measure('Deploy', () => benchDeploy(sandbox, REPO));
      await measure('Webhook', () => benchWebhook(sandbox));
    } finally {
      await sandbox.stop();
    }
  } finally {
    progress.close();
  }
  const text = measured.map(({ title, lines }) => `### ${title}\n${lines.join('\n')}\n`).join('\n');
  console.log(text);
  if (args.includes('--write')) writeResults(join(REPO, 'bench/README.md'), text);
  return 0;
}
