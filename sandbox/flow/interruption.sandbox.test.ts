import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { releaseId } from '../../functions/core/identity.ts';
import { SANDBOX_ENV } from '../aws/client.ts';
import { run } from '../host/run.ts';
import { missingSetting } from '../images/broken.ts';
import type { Sandbox } from '../sandbox.ts';
import { ship, type Shipped } from '../ship.ts';
import { policyDigestOf } from '../verdict/predicate.ts';
import {
  ended,
  expectRevision,
  followToEnd,
  instanceNow,
  openSandbox,
  releaseRecord,
  REPO,
  sendToQueue,
} from './fixtures.ts';
import type { Moment } from './fixtures/mortal-worker.ts';

// The deploy is killed with SIGKILL, and the queue hands its message out again: the deployed function goes on and ends it.
const WORKER = join(import.meta.dirname, 'fixtures/mortal-worker.ts');
const SIGKILL = null;

let sandbox: Sandbox;
let revisions: [Shipped, Shipped];
let broken: Shipped;
/** The revision that was deployed last and serves. */
let serving = '';
let count = 0;

beforeAll(async () => {
  sandbox = await openSandbox();
  // What the build packs beside a function; here the checkout is the folder that it was unpacked into.
  const packed = { policies: [policyDigestOf(sandbox.checkout)] };
  writeFileSync(join(sandbox.checkout, 'gate.json'), JSON.stringify(packed));
  revisions = [
    await ship(sandbox, REPO, { message: 'Open the shop' }),
    await ship(sandbox, REPO, { message: 'Paint the door' }),
  ];
  broken = await ship(sandbox, REPO, { message: 'Ask for a database', patch: missingSetting });
});
afterAll(() => sandbox?.stop());

/** A request as a person makes it; each has an id of its own, so that one revision can be deployed again and again. */
function requestFor(revision: string): { id: string; revision: string } & Record<string, unknown> {
  const id = releaseId({ trigger: 'console', invocation: `killed-${++count}`, environment: 'production' });
  const requestedAt = new Date().toISOString();
  const who = { trigger: 'console', actor: 'ana', requestedAt, environment: 'production' };
  return { version: 1, id, action: 'deploy', revision, ...who };
}

/** Works on the request in a process that dies at the moment; fails if it does not. */
async function killAt(request: object, moment: Moment): Promise<void> {
  const { code, stderr } = await run(process.execPath, [WORKER, JSON.stringify(request), JSON.stringify(moment)], {
    check: false,
    // Much longer than any moment is away: who is killed for being late must not pass for one who was killed in time.
    timeoutMs: 180_000,
    env: {
      ...process.env,
      ...SANDBOX_ENV,
      AWS_ENDPOINT_URL: sandbox.aws.endpoint,
      NODE_EXTRA_CA_CERTS: sandbox.registry.caFile,
      HAWSER_TABLE: sandbox.outputs['ReleasesTable'],
      HAWSER_QUEUE_URL: sandbox.outputs['DeployQueueUrl'],
      HAWSER_DEAD_LETTER_URL: sandbox.outputs['DeployDeadLettersUrl'],
      LAMBDA_TASK_ROOT: sandbox.checkout,
    },
  });
  expect({ code, stderr }).toEqual({ code: SIGKILL, stderr: '' });
}

/** The next invocation, by the deployed function. Returns how the release ended. */
async function resume(request: { id: string }): Promise<string> {
  await sendToQueue(sandbox, JSON.stringify(request));
  return ended(await followToEnd(sandbox, request.id));
}

const expectServing = async (): Promise<void> => expectRevision((await instanceNow(sandbox)).address, serving);

test('the very first release, killed in the middle of its apply, is finished', async () => {
  const request = requestFor(revisions[0].revision);
  await killAt(request, { write: 3 });
  expect(await resume(request)).toMatch(/^succeeded: /);
  serving = revisions[0].revision;
  await expectServing();
});

const boundaries = [
  'lock',
  'gate',
  'wake',
  'readdress',
  'connect',
  'preflight',
  'render',
  'plan',
  'apply',
  'verify',
  'close',
];

test.each(boundaries)('promise 1: killed when %s has ended, it goes on and ends right', async (phase) => {
  const [, other] = revisions;
  const next = serving === other.revision ? revisions[0] : other;
  const request = requestFor(next.revision);
  await killAt(request, { phase, state: 'done' });
  expect(await resume(request)).toMatch(/^succeeded: /);
  serving = next.revision;
  await expectServing();
});

test('killed when the change had failed, in the middle of the rollback, it goes on with the rollback', async () => {
  const request = requestFor(broken.revision);
  // The first write is the change, the second its way back.
  await killAt(request, { write: 2 });
  const before = await releaseRecord(sandbox, request.id);
  expect(before.phases['rollback']).toMatchObject({ state: 'running' });
  expect(await resume(request)).toMatch(/^rolled_back: .*DATABASE_URL must be set/);
  await expectServing();
  // It did not try the change once more: that phase is as the first process left it.
  const after = await releaseRecord(sandbox, request.id);
  expect(after.phases['apply']).toEqual(before.phases['apply']);
});
