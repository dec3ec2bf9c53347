import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createProgress, type Progress } from '../setup/progress.mjs';
import { prepareAll } from '../setup/prepare.ts';
import { startSandbox, type Sandbox } from '../sandbox.ts';
import { NOTHING_RUNS } from '../ship.ts';
import { whereabouts } from '../whereabouts.ts';
import { summaryTable } from './summary.ts';
import { tellStory } from './story.ts';

const REPO = join(import.meta.dirname, '../..');

interface Options {
  keep?: boolean | undefined;
  kubeconfig?: string | undefined;
}

/**
 * Shows the main job on real parts: a signed webhook goes in, and the new revision answers over HTTP on a real Kubernetes node.
 * `--keep` leaves everything running until Ctrl-C; `--kubeconfig FILE` takes a cluster of the user's instead of the node.
 * Returns the exit code: 0 when every step ended as it should, 2 for options that there are not.
 */
export async function demo(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    console.error(options);
    return 2;
  }
  const progress = createProgress();
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new Error('Interrupted.'));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await play(options, progress, interrupted.signal);
  } catch (error) {
    progress.log(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`);
    return interrupted.signal.aborted ? 130 : 1;
  } finally {
    progress.close();
  }
}

function readOptions(args: string[]): Options | string {
  try {
    return parseArgs({ args, options: { keep: { type: 'boolean' }, kubeconfig: { type: 'string' } } }).values;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\nThe demo takes --keep and --kubeconfig FILE.`;
  }
}

async function play({ keep, kubeconfig }: Options, progress: Progress, signal: AbortSignal): Promise<number> {
  const began = Date.now();
  const own = kubeconfig === undefined ? {} : { kubeconfig: readFileSync(kubeconfig, 'utf8') };
  const preparation = prepareAll({ progress, signal, kubernetes: kubeconfig === undefined });
  const node = await preparation.debian;
  if (node.mode === 'kwok' && kubeconfig === undefined) {
    progress.log(`No real node: ${node.why}. The control plane is real, and kwok plays the node. ${NOTHING_RUNS}`);
  }
  const sandbox = await startSandbox({ repo: REPO, preparation, progress, signal, ...own });
  try {
    const rows = await tellStory({ sandbox, repo: REPO, progress, signal });
    progress.log(summaryTable(rows, Date.now() - began));
    if (keep === true) await untilInterrupted(sandbox, progress, signal);
    return rows.every(({ asExpected }) => asExpected) ? 0 : 1;
  } finally {
    await stop(sandbox, progress);
  }
}

async function stop(sandbox: Sandbox, progress: Progress): Promise<void> {
  const step = progress.step('Stop', 'instance, AWS, registry');
  try {
    await sandbox.stop();
    step.done('nothing left behind');
  } catch (error) {
    step.fail(error);
    throw error;
  }
}

async function untilInterrupted(sandbox: Sandbox, progress: Progress, signal: AbortSignal): Promise<void> {
  progress.log(whereabouts(sandbox));
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
