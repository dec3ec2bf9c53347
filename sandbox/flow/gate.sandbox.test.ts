import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '../../functions/core/errors.ts';
import type { Sandbox } from '../sandbox.ts';
import { askFunction, ship, type Answer, type ShipOptions, type Shipped } from '../ship.ts';
import { startAuthority, type Authority } from '../sigstore/authority.ts';
import { signVerdict, type VerdictChange } from '../verdict/verdict.ts';
import {
  announceAndFollow,
  deliverRevision,
  ended,
  expectRevision,
  instanceNow,
  openSandbox,
  releaseIds,
  REPO,
  revisionAt,
} from './fixtures.ts';
import { functionLogs } from './leaks.ts';

// What the deployed function makes of the verdict on an image. Signatures, registry and records are real; the scan is not.
const CI = 'https://github.com/acme/shop/.github/workflows/ci.yml@refs/heads/main';
const [OTHER_DIGEST, OTHER_COMMIT] = [`sha256:${'0'.repeat(64)}`, 'e'.repeat(40)];
const WEEK_MS = 7 * 86_400_000;

let sandbox: Sandbox;
/** Others that sign as well as the sandbox's own, and that nobody trusts: with logs, and as GitHub has it for private repositories. */
let stranger: Authority;
let strangerWithoutLog: Authority;

beforeAll(async () => {
  [sandbox, stranger, strangerWithoutLog] = await Promise.all([
    openSandbox(),
    startAuthority(),
    startAuthority({ log: false }),
  ]);
});
afterAll(() => Promise.all([sandbox?.stop(), stranger?.stop(), strangerWithoutLog?.stop()]));

interface Refused {
  what: string;
  verdict: 'none' | (() => VerdictChange);
  code: string;
  message: RegExp;
}

/** Somebody who can write to the registry makes a `pass` of what was signed. */
function whitewash(bundle: string): string {
  const json = JSON.parse(bundle) as { dsseEnvelope: { payload: string } };
  const statement = Buffer.from(json.dsseEnvelope.payload, 'base64').toString('utf8');
  const changed = statement.replace('"verdict":"block"', '"verdict":"pass"').replace('"blocking":2', '"blocking":0');
  if (changed === statement) throw new Error('There was nothing to change.');
  json.dsseEnvelope.payload = Buffer.from(changed).toString('base64');
  return JSON.stringify(json);
}

/** Somebody who can write to the registry makes the entry in the log a minute younger. */
function later(bundle: string): string {
  return bundle.replace(/"integratedTime":"(\d+)"/, (_, time) => `"integratedTime":"${Number(time) + 60}"`);
}

const block = { verdict: 'block', blocking: 2 };
const waiver = { id: 'CVE-2026-1234', owner: 'the shop team', expires: '2026-01-31' };

const refused: Refused[] = [
  { what: 'no verdict', verdict: 'none', code: 'GateMissing', message: /acme\/shop@sha256:\S+ has no verdict/ },
  {
    what: 'a verdict on another digest',
    verdict: () => ({ digest: OTHER_DIGEST }),
    code: 'GateSubjectMismatch',
    message: /it is for sha256:0{64}/,
  },
  {
    what: 'a verdict of another repository with the same name',
    verdict: () => ({ claims: { repository_id: '666' } }),
    code: 'GateRepositoryMismatch',
    message: /id 666, not 123456789/,
  },
  {
    what: 'a verdict on another commit',
    verdict: () => ({ claims: { sha: OTHER_COMMIT } }),
    code: 'GateCommitMismatch',
    message: /it is for commit e{40}/,
  },
  {
    what: 'a block that was made a pass in the registry',
    verdict: () => ({ predicate: block, tamper: whitewash }),
    code: 'GateSignatureInvalid',
    message: /the signature is not of what it says now/,
  },
  {
    what: 'a verdict of an authority that nobody trusts',
    verdict: () => ({ authority: stranger }),
    code: 'GateSignerUntrusted',
    message: /certificate/,
  },
  {
    what: 'a verdict of an authority that nobody trusts, as for private repositories',
    verdict: () => ({ authority: strangerWithoutLog }),
    code: 'GateSignerUntrusted',
    message: /an authority that is not trusted here/,
  },
  {
    what: 'a verdict whose time of signing was moved in the registry',
    verdict: () => ({ tamper: later }),
    code: 'GateTimestampInvalid',
    message: /is not accepted/,
  },
  {
    what: 'a verdict that rests on a waiver which has ended since',
    verdict: () => ({ predicate: { waiversUsed: [waiver] } }),
    code: 'GateWaiverExpired',
    message: /the shop team for CVE-2026-1234, which ended at 2026-01-31/,
  },
  {
    what: 'a verdict of another workflow',
    verdict: () => {
      const file = 'acme/shop/.github/workflows/nightly.yml@refs/heads/main';
      return { claims: { workflow_ref: file, job_workflow_ref: file } };
    },
    code: 'GateWorkflowMismatch',
    message: /nightly\.yml, not of .*ci\.yml/,
  },
  {
    what: 'a verdict that a workflow of somebody else signed',
    verdict: () => ({ claims: { job_workflow_ref: 'mallory/ci/.github/workflows/verdict.yml@refs/heads/main' } }),
    code: 'GateWorkflowMismatch',
    message: /mallory\/ci\S+ signed it/,
  },
  {
    what: 'a verdict of another branch',
    verdict: () => {
      const file = 'acme/shop/.github/workflows/ci.yml@refs/heads/topic';
      return { claims: { ref: 'refs/heads/topic', workflow_ref: file, job_workflow_ref: file } };
    },
    code: 'GateBranchMismatch',
    message: /refs\/heads\/topic, not of the branch main/,
  },
  {
    what: 'a verdict of a run of a pull request',
    verdict: () => ({ claims: { event_name: 'pull_request' } }),
    code: 'GateTriggerMismatch',
    message: /started by pull_request/,
  },
  {
    what: 'a verdict of a runner that is not one of GitHub',
    verdict: () => ({ claims: { runner_environment: 'self-hosted' } }),
    code: 'GateRunnerMismatch',
    message: /self-hosted/,
  },
  {
    what: 'a verdict of another run',
    verdict: () => ({ claims: { run_id: '4711' } }),
    code: 'GateRunMismatch',
    message: /it is of run 4711/,
  },
  {
    what: 'a verdict that says block',
    verdict: () => ({ predicate: block }),
    code: 'GateBlocked',
    message: /2 findings block/,
  },
  {
    what: 'a verdict on a scan of another image',
    verdict: () => ({ predicate: { image: { configs: [OTHER_DIGEST] } } }),
    code: 'GateScanMismatch',
    message: /what was scanned is sha256:0{64}/,
  },
  {
    what: 'a verdict by a policy that the stack was not deployed with',
    verdict: () => ({ predicate: { policy: { digest: OTHER_DIGEST } } }),
    code: 'GatePolicyMismatch',
    message: /the policy sha256:0{64}/,
  },
  {
    what: 'a verdict of more than a week ago',
    verdict: () => ({ at: new Date(Date.now() - WEEK_MS - 60_000) }),
    code: 'GateStale',
    message: /older than 168 hours/,
  },
  {
    what: 'a verdict in words that are not known',
    verdict: () => ({ predicate: { verdict: 'maybe' } }),
    code: 'GateVerdictInvalid',
    message: /predicate\.verdict/,
  },
];

/** Ships an image that does nothing: what the gate refuses never runs. */
function deliverHollow(options: Omit<ShipOptions, 'hollow'>): ReturnType<typeof deliverRevision> {
  return deliverRevision(sandbox, { ...options, hollow: true });
}

const statesOnGitHub = (revision: string): string[] =>
  sandbox.github
    .deployments()
    .filter(({ sha }) => sha === revision)
    .flatMap(({ statuses }) => statuses.map(({ state }) => state));

test.each(refused)('$what: the image is rejected with $code', async ({ what, verdict, code, message }) => {
  const change = verdict === 'none' ? verdict : verdict();
  const { answer, revision } = await deliverHollow({ message: `Ship with ${what}`, verdict: change });
  expect(ended(answer)).toMatch(/^rejected: /);
  expect(answer.failure).toMatchObject({ code, owner: 'change', message: expect.stringMatching(message) as string });
  // A hint whose gaps were not filled says …
  expect(answer.failure?.hint).toMatch(/^[^…]+$/);
  expect(answer.release?.['gate']).toBeUndefined();
  expect(answer.phases?.at(-1)).toMatchObject({ name: 'gate', state: 'failed' });
  expect(statesOnGitHub(revision).at(-1)).toBe('failure');
});

test('each code of the gate is among them', () => {
  const codes = Object.keys(catalogue).filter((code) => code.startsWith('Gate'));
  expect([...new Set(refused.map(({ code }) => code))].sort()).toEqual(codes.sort());
});

test('none of them woke the node', async () => {
  expect(await instanceNow(sandbox)).toEqual({ state: 'stopped', address: undefined });
  const calls = sandbox.aws.requests().map(({ service, action }) => `${service} ${action}`);
  expect(calls).not.toContain('ssm StartAutomationExecution');
});

let good: Shipped & { answer: Answer };

test('a verdict that is right lets the image in, beside one that is not; the record says by whom and on what grounds', async () => {
  const shipped = await ship(sandbox, REPO, { message: 'Open the shop' });
  const foreign = { digest: shipped.digest, config: OTHER_DIGEST };
  await signVerdict(sandbox, foreign, { run: 1, sha: shipped.revision }, { authority: stranger });
  good = { ...shipped, ...(await announceAndFollow(sandbox, shipped)) };
  expect(ended(good.answer)).toMatch(/^succeeded: /);
  await expectRevision((await instanceNow(sandbox)).address, good.revision);
  expect(good.answer.release?.['gate']).toMatchObject({
    state: 'accepted',
    signedBy: CI,
    policy: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    tools: ['gitleaks 0.0.0-sandbox', 'semgrep 0.0.0-sandbox', 'trivy 0.0.0-sandbox'],
    skipped: ['snyk'],
    waivers: [],
  });
  expect(good.answer.phases?.find(({ name }) => name === 'gate')).toMatchObject({
    detail: expect.stringMatching(/ has a verdict by gitleaks .*, trivy \S+, without snyk$/) as string,
  });
});

test.each([
  { what: 'without the flag', event: {}, code: 'GateMissing' },
  { what: 'without a reason', event: { breakGlass: true, actor: 'ana' }, code: 'InputInvalid' },
  { what: 'without a name', event: { breakGlass: true, reason: 'checkout is down' }, code: 'InputInvalid' },
  {
    what: 'with a blank reason',
    event: { breakGlass: true, actor: 'ana', reason: ' ' },
    code: 'InputInvalid',
  },
])('past the gate by hand $what: $code', async ({ what, event, code }) => {
  const { revision } = await ship(sandbox, REPO, { message: `Hotfix ${what}`, verdict: 'none', hollow: true });
  const answer = await askFunction(sandbox, 'deploy', { environment: 'production', revision, ...event });
  expect(answer).toMatchObject({ ok: false, failure: { code } });
  expect(answer.release?.outcome).toBe(code === 'InputInvalid' ? undefined : 'rejected');
  expect(await releaseIds(sandbox, revision)).toHaveLength(code === 'InputInvalid' ? 0 : 1);
  expect(await revisionAt((await instanceNow(sandbox)).address ?? '')).toBe(good.revision);
});

test('a person breaks the glass with name and reason: it is deployed, recorded, reported and logged', async () => {
  const { revision } = await ship(sandbox, REPO, { message: 'Mend the checkout', verdict: 'none' });
  const reason = 'checkout is down, the scanner too';
  const event = { environment: 'production', revision, breakGlass: true, actor: 'ana', reason };
  const answer = await askFunction(sandbox, 'deploy', event);
  expect(ended(answer)).toMatch(/^succeeded: .*GATE BYPASSED by ana \(GateMissing\)/);
  expect(answer.release?.['gate']).toMatchObject({
    state: 'bypassed',
    by: 'ana',
    reason,
    refusal: { code: 'GateMissing' },
  });
  expect(JSON.stringify(answer['notes'])).toMatch(/BYPASSED by ana.*GateMissing/);
  await expectRevision((await instanceNow(sandbox)).address, revision);
  const told = sandbox.github
    .deployments()
    .filter(({ sha }) => sha === revision)
    .flatMap(({ statuses }) => statuses.map(({ description }) => description ?? ''));
  expect(told.join('\n')).toContain('GATE BYPASSED by ana');
  expect((await functionLogs(sandbox))['deploy']).toContain('"message":"gate bypassed"');
});

test('breaking the glass excuses no other fault: what was never pushed is not deployed', async () => {
  const unpushed = sandbox.github.push({ message: 'Never built' }).sha;
  const event = { environment: 'production', revision: unpushed, breakGlass: true, actor: 'ana', reason: 'hurry' };
  expect(await askFunction(sandbox, 'deploy', event)).toMatchObject({ ok: false, failure: { code: 'ImageNotFound' } });
});
