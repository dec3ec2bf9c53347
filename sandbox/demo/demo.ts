import { join } from 'node:path';
import { createProgress } from '../setup/progress.mjs';
import { prepareAll } from '../setup/prepare.ts';
import { startSandbox, type Sandbox } from '../sandbox.ts';
import { lookAround, summaryTable, type Row } from './summary.ts';
import { tellStory } from './story.ts';

const REPO = join(import.meta.dirname, '../..');

/**
 * Shows the main job on real parts: a signed webhook goes in, and the new revision answers over HTTP on a real Kubernetes node.
 * `--keep` leaves everything running until Ctrl-C. Returns the exit code: 0 when every step ended as it should.
 */
export async function demo(args: string[]): Promise<number> {
  const unknown = args.filter((arg) => arg !== '--keep');
  if (unknown.length > 0) {
    console.error(`Unknown option of the demo: ${unknown.join(' ')}. It takes --keep.`);
    return 2;
  }
  const began = Date.now();
  const progress = createProgress();
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new Error('Interrupted.'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  let sandbox: Sandbox | undefined;
  try {
    const preparation = prepareAll({ progress, signal: interrupted.signal });
    const node = await preparation.debian;
    if (node.mode === 'kwok')
      progress.log(
        `No real node here: ${node.why} The control plane is real, kwok plays the kubelet, and no app answers over HTTP.`,
      );
    sandbox = await startSandbox({ repo: REPO, preparation, progress });
    const rows = await tellStory({
      sandbox,
      repo: REPO,
      kubernetes: await preparation.kubernetes,
      progress,
      signal: interrupted.signal,
    });
    progress.log(summaryTable(rows, Date.now() - began));
    if (args.includes('--keep')) await keep(sandbox, await preparation.kubernetes, progress.log, interrupted.signal);
    return rows.every((row: Row) => row.asExpected) ? 0 : 1;
  } catch (error) {
    progress.log(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`);
    return interrupted.signal.aborted ? 130 : 1;
  } finally {
    const step = progress.step('Stop', 'instance, AWS, registry');
    await sandbox?.stop();
    step.done('nothing left behind');
    progress.close();
  }
}

async function keep(
  sandbox: Sandbox,
  kubernetes: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  say(await lookAround(sandbox, kubernetes));
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
