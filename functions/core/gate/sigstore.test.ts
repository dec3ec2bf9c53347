import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAuthority, type Authority } from '../../../sandbox/sigstore/authority.ts';
import { githubClaims, type Claims } from '../../../sandbox/sigstore/claims.ts';
import { statementOf } from '../../../scanners/verdict/statement.ts';
import type { GateAccepted } from '../release.ts';
import { testConfig } from '../testing/config.ts';
import { POLICY, signedPayload, testPredicate, verdictOf } from '../testing/verdict.ts';
import { acceptVerdict } from './accept.ts';
import type { Candidate, GateRules } from './rules.ts';
import { publicTrust, trustOfRoots, type Trust } from './trust.ts';

const { app, gate } = testConfig();
const digest = `sha256:${'d1'.repeat(32)}`;
const run = { id: 7, url: 'https://github.com/acme/shop/actions/runs/7' };
const candidate: Candidate = { image: app.image, digest, revision: 'a'.repeat(40), run };
const decided = testPredicate({ revision: 'f'.repeat(40), run: 1, configs: [] });
/** A job may write what it wants: here it claims to be of another repository, commit and run. */
const statement = statementOf(app.image, digest, { ...decided, source: { ...decided.source, repositoryId: '1' } });
const at = new Date('2026-11-24T09:59:10Z');

let [logged, timed, foreign]: Authority[] = [];
beforeAll(async () => {
  [logged, timed, foreign] = await Promise.all([startAuthority(), startAuthority({ log: false }), startAuthority()]);
});
afterAll(() => Promise.all([logged?.stop(), timed?.stop(), foreign?.stop()]));

const authority = (which: Authority | undefined): Authority => {
  if (which === undefined) throw new Error('The authority did not start.');
  return which;
};
const sign = (claims: Partial<Claims> = {}, by = logged, payload: object = statement): Promise<string> =>
  authority(by).sign(
    payload,
    githubClaims({ repository: 'acme/shop', repositoryId: 42, sha: candidate.revision, runId: 7 }, claims),
    { at },
  );
const trust = (...by: (Authority | undefined)[]): Trust =>
  trustOfRoots(by.map((one) => authority(one).trustedRoot).join('\n'), 'k8s/trusted-root.jsonl');
const accept = (bundle: string, change: Partial<GateRules> = {}): GateAccepted => {
  const rules = {
    source: app.source,
    gate: { ...gate, signedBy: 'github' as const },
    policies: [POLICY],
    trust: trust(logged),
  };
  return acceptVerdict([bundle], { ...rules, ...change }, candidate, {
    now: new Date('2026-11-24T10:00:00Z'),
    configs: [],
  });
};
const codeOf = (bundle: string, change: Partial<GateRules> = {}): string => verdictOf(() => accept(bundle, change));

test('what a workflow signs is accepted by what the certificate says, whatever the predicate says of its origin', async () => {
  expect(accept(await sign())).toMatchObject({
    signedBy: 'https://github.com/acme/shop/.github/workflows/ci.yml@refs/heads/main',
    at: decided.decidedAt.replace('Z', '.000Z'),
  });
});

test('authorities without a log prove the time by a timestamp; several roots may stand together', async () => {
  const bundle = await sign({}, timed);
  expect(codeOf(bundle, { trust: trust(timed) })).toBe('accepted');
  expect(codeOf(bundle, { trust: trust(logged, timed) })).toBe('accepted');
  expect(codeOf(bundle)).toBe('GateSignerUntrusted');
});

describe('each claim of the certificate counts', () => {
  const other = 'acme/shop/.github/workflows/other.yml@refs/heads/main';
  test.each<[string, Partial<Claims>, string]>([
    ['another issuer', { iss: 'https://token.actions.example.com' }, 'GateSignerUntrusted'],
    ['another repository id', { repository_id: '43' }, 'GateRepositoryMismatch'],
    ['another workflow', { workflow_ref: other, job_workflow_ref: other }, 'GateWorkflowMismatch'],
    [
      'a workflow of another repository',
      { workflow_ref: 'evil/shop/.github/workflows/ci.yml@refs/heads/main' },
      'GateWorkflowMismatch',
    ],
    [
      'a workflow at another ref than the commit',
      { workflow_ref: 'acme/shop/.github/workflows/ci.yml@refs/heads/evil' },
      'GateWorkflowMismatch',
    ],
    [
      'a signer that only begins like ours',
      { sub: 'https://github.com/acme/shop/.github/workflows/ci.yml@refs/heads/main2' },
      'GateWorkflowMismatch',
    ],
    [
      'a reusable workflow that nobody named',
      { job_workflow_ref: 'acme/ci/.github/workflows/verdict.yml@refs/heads/main' },
      'GateWorkflowMismatch',
    ],
    [
      'another branch',
      {
        ref: 'refs/heads/evil',
        workflow_ref: 'acme/shop/.github/workflows/ci.yml@refs/heads/evil',
        job_workflow_ref: 'acme/shop/.github/workflows/ci.yml@refs/heads/evil',
      },
      'GateBranchMismatch',
    ],
    ['a pull request', { event_name: 'pull_request_target' }, 'GateTriggerMismatch'],
    ['a runner of somebody', { runner_environment: 'self-hosted' }, 'GateRunnerMismatch'],
    ['another commit', { sha: 'b'.repeat(40) }, 'GateCommitMismatch'],
    ['another run', { run_id: '77' }, 'GateRunMismatch'],
  ])('%s', async (_, claims, code) => {
    expect(codeOf(await sign(claims))).toBe(code);
  });

  test('another attempt of the run is the same run', async () => {
    expect(codeOf(await sign({ run_attempt: '3' }))).toBe('accepted');
  });

  test('a reusable workflow signs where it is named, with its ref and whole', async () => {
    const signerWorkflow = 'acme/ci/.github/workflows/verdict.yml@refs/heads/main';
    const by = (job: string) => sign({ job_workflow_ref: job });
    const named = { gate: { ...gate, signedBy: 'github' as const, signerWorkflow } };
    expect(codeOf(await by(signerWorkflow), named)).toBe('accepted');
    expect(codeOf(await by(`${signerWorkflow}2`), named)).toBe('GateWorkflowMismatch');
    expect(codeOf(await sign(), named)).toBe('GateWorkflowMismatch');
  });
});

test('a certificate that does not tell all is not trusted', async () => {
  const claims = githubClaims({ repository: 'acme/shop', repositoryId: 42, sha: candidate.revision, runId: 7 });
  const { runner_environment: _, ...rest } = claims;
  const bundle = await authority(logged).sign(statement, rest as Claims, { at });
  expect(codeOf(bundle)).toBe('GateSignerUntrusted');
});

describe('whoever is not trusted', () => {
  test('another authority, with the same names', async () => {
    expect(codeOf(await sign({}, foreign))).toBe('GateSignerUntrusted');
  });

  test('our authority, where only the public one is trusted', async () => {
    expect(codeOf(await sign(), { trust: publicTrust() })).toBe('GateSignerUntrusted');
  });

  test('a bare key, where certificates are asked for', () => {
    expect(codeOf(signedPayload(JSON.stringify(statement)))).toBe('GateSignerUntrusted');
  });
});

interface Parts {
  dsseEnvelope: { payload: string; signatures: { sig: string }[] };
  verificationMaterial: { tlogEntries: { integratedTime: string; inclusionPromise?: unknown; logIndex: string }[] };
}

describe('whatever is changed after it was signed', () => {
  const changed = async (change: (bundle: Parts) => void): Promise<string> => {
    const bundle = JSON.parse(
      await sign({}, logged, statementOf(app.image, digest, { ...decided, blocking: 1 })),
    ) as Parts;
    change(bundle);
    return JSON.stringify(bundle);
  };

  test('the predicate', async () => {
    const pass = Buffer.from(JSON.stringify(statement)).toString('base64');
    expect(codeOf(await changed(({ dsseEnvelope }) => (dsseEnvelope.payload = pass)))).toBe('GateSignatureInvalid');
  });

  test('the time of the log', async () => {
    const later = await changed(({ verificationMaterial: { tlogEntries } }) =>
      tlogEntries.forEach((entry) => (entry.integratedTime = String(Number(entry.integratedTime) + 60))),
    );
    expect(codeOf(later)).toBe('GateTimestampInvalid');
  });

  test('the entry of the log is taken away', async () => {
    expect(codeOf(await changed(({ verificationMaterial }) => (verificationMaterial.tlogEntries = [])))).toBe(
      'GateTimestampInvalid',
    );
  });

  test('the log’s promise is taken away: its proof of inclusion has no time', async () => {
    const bundle = await changed(({ verificationMaterial: { tlogEntries } }) =>
      tlogEntries.forEach((entry) => delete entry.inclusionPromise),
    );
    expect(codeOf(bundle)).toMatch(/^Gate(TimestampInvalid|VerdictInvalid)$/);
  });
});

test('a certificate counts at the time that was signed, long after it has ended', async () => {
  // Fulcio's live ten minutes.
  const bundle = await sign();
  const rules = {
    source: app.source,
    gate: { ...gate, signedBy: 'github' as const, maxAge: 3_600_000_000 },
    policies: [POLICY],
    trust: trust(logged),
  };
  const later = { now: new Date('2026-12-20T10:00:00Z'), configs: [] };
  expect(acceptVerdict([bundle], rules, candidate, later)).toMatchObject({ state: 'accepted' });
});
