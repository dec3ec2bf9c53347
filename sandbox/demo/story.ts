import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeInstancesCommand, EC2Client, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { clientConfig } from '../aws/client.ts';
import { missingSetting } from '../images/broken.ts';
import type { Progress } from '../setup/progress.mjs';
import type { Sandbox } from '../sandbox.ts';
import {
  announce,
  askFunction,
  follow,
  NOT_SCANNED,
  ship,
  type Answer,
  type ShipOptions,
  type Shipped,
} from '../ship.ts';
import { kubectl } from './kubectl.ts';
import { phaseLines } from './phases.ts';
import type { Row } from './summary.ts';

/** What each step of the story works with. */
interface Stage {
  sandbox: Sandbox;
  /** The checkout whose app is built. */
  repo: string;
  progress: Progress;
  signal: AbortSignal;
  rows: Row[];
}

/** Plays the demo's steps in order and returns what came of each. */
export async function tellStory(setting: Omit<Stage, 'rows'>): Promise<Row[]> {
  const stage: Stage = { ...setting, rows: [] };
  const { sandbox } = stage;
  stage.progress.log(NOT_SCANNED);
  if (sandbox.mode === 'cluster') return tellOfOwnCluster(stage);
  const real = sandbox.mode === 'node';
  title(stage, 'Revision 1: the instance is stopped; a push deploys all the same');
  const first = await deployPush(stage, { message: 'Open the shop' });
  expectEnd(stage, 'push of revision 1', first, 'succeeded', real ? await answerOf(stage, first) : undefined);

  title(stage, 'Revision 2: the instance was stopped meanwhile, and comes back at another address');
  await stopInstance(stage);
  const second = await deployPush(stage, { message: 'Add a cart' });
  expectEnd(stage, 'push of revision 2, new IP', second, 'succeeded', real ? await answerOf(stage, second) : undefined);

  if (real) {
    title(stage, 'Revision 3: it fails to start');
    const third = await deployPush(stage, { message: 'Require a database', patch: missingSetting });
    expectEnd(stage, 'push of revision 3, broken', third, 'rolled_back', await answerOf(stage, second));
  }

  title(stage, 'Revision 4: its image is in the registry, and nobody has signed a verdict on it');
  const fourth = await deployPush(stage, { message: 'Skip the scan', verdict: 'none', hollow: true });
  const stays = real ? await answerOf(stage, second) : undefined;
  expectEnd(stage, 'push of revision 4, no verdict', fourth, 'rejected', stays);

  title(stage, 'Drift: somebody scales by hand');
  await driftByHand(stage);
  await emptyConsoleEvent(stage);
  return stage.rows;
}

/**
 * The story with a cluster of the user's own: it cannot be switched off, and its nodes need not reach the sandbox's registry. One
 * push shows what happens there; where the pods cannot pull, that is the diagnosis to see.
 */
async function tellOfOwnCluster(stage: Stage): Promise<Row[]> {
  title(stage, 'Revision 1: a push deploys to your cluster, into the namespace shop');
  const { answer } = await deployPush(stage, { message: 'Open the shop' });
  const outcome = answer.release?.outcome ?? 'open';
  const explained = outcome === 'succeeded' || answer.failure !== undefined;
  stage.rows.push({ step: 'push of revision 1', outcome, asExpected: explained, facts: answer.summary });
  await emptyConsoleEvent(stage);
  return stage.rows;
}

async function emptyConsoleEvent(stage: Stage): Promise<void> {
  title(stage, 'Console: an empty event changes nothing');
  const state = await askFunction(stage.sandbox, 'deploy', {});
  stage.progress.log(`  ${state.summary}`);
  const [next = ''] = state.next;
  stage.rows.push({ step: 'console invoke with {}', outcome: 'state only', asExpected: state.ok, facts: next });
}

/** A power off takes seconds. */
const STOP_MS = 60_000;

interface Deployed {
  shipped: Shipped;
  answer: Answer;
  ackMs: number;
}

/** Commit, build, push, webhook, and the release to its end, with its phases shown as they go. */
async function deployPush(stage: Stage, commit: ShipOptions): Promise<Deployed> {
  const { sandbox, repo, progress, signal } = stage;
  signal.throwIfAborted();
  const building = progress.step('CI', 'building the image from the Dockerfile');
  const shipped = await ship(sandbox, repo, commit);
  const verdict = commit.verdict === 'none' ? 'without a verdict' : 'its verdict signed';
  const image = `image ${shipped.digest.slice(0, 19)}… pushed, ${verdict}`;
  building.done(`"${commit.message}" is ${shipped.revision.slice(0, 7)}, ${image}`);
  signal.throwIfAborted();
  const { status, elapsedMs, releases } = await announce(sandbox, shipped);
  progress.log(`✓ Webhook sent, answered ${status} in ${Math.round(elapsedMs)} ms`);
  const [release] = releases;
  if (release === undefined) throw new Error('The webhook queued no release.');
  const running = progress.step('Deploy', 'queued');
  const lines = phaseLines((line) => progress.log(line));
  const answer = await follow(sandbox, release, (seen) => {
    signal.throwIfAborted();
    running.update(lines.show(seen));
  });
  running.done(answer.summary);
  if (answer.failure !== undefined) {
    progress.log(`  ${answer.failure.code}: ${answer.failure.message}`);
    for (const line of answer.failure.logs.slice(-3)) progress.log(`  │ ${line}`);
    progress.log(`  → ${answer.failure.hint}`);
  }
  return { shipped, answer, ackMs: elapsedMs };
}

function expectEnd(
  stage: Stage,
  step: string,
  { answer, ackMs, shipped }: Deployed,
  outcome: string,
  served: string | undefined,
): void {
  const ended = answer.release?.outcome ?? 'open';
  // After a rollback another revision than the pushed one must answer; `served` is then that of the release before.
  const right =
    served === undefined || (outcome === 'succeeded' ? served === shipped.revision : served !== shipped.revision);
  const seconds = (answer.phases ?? []).reduce((sum, phase) => sum + (phase.ms ?? 0), 0) / 1_000;
  stage.rows.push({
    step,
    outcome: ended,
    asExpected: ended === outcome && right,
    facts: [
      `webhook ${Math.round(ackMs)} ms`,
      `release ${seconds.toFixed(1)} s`,
      ...(answer.release?.address === undefined ? [] : [`at ${answer.release.address}`]),
      ...(served === undefined ? [] : [`answers ${served.slice(0, 7)}`]),
    ].join(', '),
  });
}

/** Asks the app over HTTP at the node's address, as any visitor would, and shows what it says. */
async function answerOf(stage: Stage, { answer }: Deployed): Promise<string> {
  const url = `${answer.links?.app ?? ''}/version`;
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  const body = await response.text();
  stage.progress.log(`✓ GET ${url} → ${response.status} ${body}`);
  return response.headers.get('x-revision') ?? '';
}

async function stopInstance({ sandbox, progress, signal }: Stage): Promise<void> {
  const step = progress.step('EC2', 'stopping the instance');
  const ec2 = new EC2Client(clientConfig(sandbox.aws.endpoint));
  const ids = { InstanceIds: [sandbox.aws.instanceId] };
  const patience = AbortSignal.any([signal, AbortSignal.timeout(STOP_MS)]);
  try {
    await ec2.send(new StopInstancesCommand(ids));
    for (;;) {
      const { Reservations } = await ec2.send(new DescribeInstancesCommand(ids));
      if (Reservations?.[0]?.Instances?.[0]?.State?.Name === 'stopped') break;
      await sleep(200, undefined, { signal: patience });
    }
  } catch (error) {
    if (signal.aborted || !patience.aborted) throw error;
    throw new Error(
      `The instance did not stop within ${STOP_MS / 1_000} s; see front.log in ${sandbox.workspace.dir}.`,
      { cause: error },
    );
  } finally {
    ec2.destroy();
  }
  const drift = await askFunction(sandbox, 'drift', { environment: 'production' });
  step.done(`stopped; a drift check says: ${drift.summary}`);
}

async function driftByHand({ sandbox, progress, rows }: Stage): Promise<void> {
  const clean = await askFunction(sandbox, 'drift', { environment: 'production' });
  progress.log(`  Before: ${clean.summary}`);
  const command = ['-n', 'shop', 'scale', 'deployment', 'shop', '--replicas', '2'];
  await kubectl(sandbox, command);
  progress.log(`  $ kubectl ${command.join(' ')}`);
  const found = await askFunction(sandbox, 'drift', { environment: 'production' });
  progress.log(`  After:  ${found.summary}`);
  const named = clean.ok && !found.ok && found.summary.includes('spec.replicas');
  rows.push({
    step: 'change by hand',
    outcome: found.ok ? 'not found' : 'drifted',
    asExpected: named,
    facts: found.summary,
  });
}

function title({ progress, signal }: Stage, text: string): void {
  signal.throwIfAborted();
  progress.log(`\n${text}`);
}
