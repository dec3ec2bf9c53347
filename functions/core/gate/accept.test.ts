import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyBundle, keyHint, preAuthEncoding } from '../../../scanners/verdict/envelope.ts';
import type { Predicate } from '../../../scanners/verdict/predicate.ts';
import { PAYLOAD_TYPE, statementOf } from '../../../scanners/verdict/statement.ts';
import { testConfig } from '../testing/config.ts';
import { POLICY, signedPayload, signedVerdict, testPredicate, VERDICT_KEY, verdictOf } from '../testing/verdict.ts';
import { acceptVerdict } from './accept.ts';
import type { Candidate, GateRules } from './rules.ts';
import { trustOfKeys } from './trust.ts';

const { app, gate } = testConfig();
const rules: GateRules = { source: app.source, gate, policies: [POLICY], trust: trustOfKeys([VERDICT_KEY]) };
const digest = `sha256:${'d1'.repeat(32)}`;
const config = `sha256:${'c0'.repeat(32)}`;
const candidate: Candidate = {
  image: app.image,
  digest,
  revision: 'a'.repeat(40),
  run: { id: 7, url: 'https://github.com/acme/shop/actions/runs/7' },
};
const now = new Date('2026-11-24T10:00:00Z');
const good = testPredicate({ revision: candidate.revision, run: 7, configs: [config] });

const bundleOf = (change: Partial<Predicate> = {}): string => signedVerdict(app.image, digest, { ...good, ...change });
const accept = (bundles: string[], other: Partial<GateRules> = {}, wanted: Candidate = candidate, at = now) =>
  acceptVerdict(bundles, { ...rules, ...other }, wanted, { now: at, configs: [config] });

test('a good verdict is accepted, and what it rests on is told', () => {
  const used = { id: 'CVE-2026-1234', owner: 'ana', expires: '2026-12-24T00:00:00Z' };
  expect(accept([bundleOf({ waiversUsed: [used] })])).toEqual({
    state: 'accepted',
    signedBy: `key ${keyHint(VERDICT_KEY)}`,
    at: '2026-11-24T09:59:00.000Z',
    policy: POLICY,
    tools: ['gitleaks 8.30.1', 'trivy 0.74.0'],
    counts: { critical: 0, high: 0, unknown: 0, medium: 2, low: 0, info: 0 },
    waivers: ['CVE-2026-1234 until 2026-12-24T00:00:00Z'],
  });
});

test.each<[string, Partial<Predicate>, object]>([
  ['a tool that did not run', { skipped: ['snyk'] }, { skipped: ['snyk'] }],
  ['that each tool ran', { skipped: [] }, { skipped: [] }],
  ['nothing of it, in an older verdict', {}, {}],
])('of what was skipped it tells as the verdict does: %s', (_, change, told) => {
  const { skipped, ...rest } = accept([bundleOf(change)]);
  expect(skipped === undefined ? {} : { skipped }).toEqual(told);
  expect(rest).toEqual(accept([bundleOf()]));
});

describe('each mismatch has its own code', () => {
  const { source, workflow } = good;
  test.each<[string, Partial<Predicate>, string]>([
    ['another repository of the same name', { source: { ...source, repositoryId: '43' } }, 'GateRepositoryMismatch'],
    ['another commit', { source: { ...source, commit: 'b'.repeat(40) } }, 'GateCommitMismatch'],
    ['a tag of the name of the branch', { source: { ...source, ref: 'refs/tags/main' } }, 'GateBranchMismatch'],
    ['a branch that begins like it', { source: { ...source, ref: 'refs/heads/main2' } }, 'GateBranchMismatch'],
    ['another workflow', { workflow: { ...workflow, path: '.github/workflows/ci.yml2' } }, 'GateWorkflowMismatch'],
    ['a pull request', { workflow: { ...workflow, trigger: 'pull_request' } }, 'GateTriggerMismatch'],
    ['a runner of somebody', { workflow: { ...workflow, runner: 'self-hosted' } }, 'GateRunnerMismatch'],
    ['another run', { run: { id: '8', attempt: 1 } }, 'GateRunMismatch'],
    ['another policy', { policy: { digest: `sha256:${'51'.repeat(32)}` } }, 'GatePolicyMismatch'],
    ['a block', { verdict: 'block', blocking: 2 }, 'GateBlocked'],
    ['a pass with something that blocks', { blocking: 1 }, 'GateBlocked'],
    ['a scan of another image', { image: { configs: [digest] } }, 'GateScanMismatch'],
    [
      'a waiver that has ended',
      { waiversUsed: [{ id: 'CVE-1', owner: 'ana', expires: '2026-11-24' }] },
      'GateWaiverExpired',
    ],
    ['a week and a minute ago', { decidedAt: '2026-11-17T09:59:00Z' }, 'GateStale'],
    ['tomorrow', { decidedAt: '2026-11-25T10:00:00Z' }, 'GateStale'],
  ])('%s', (_, change, code) => {
    expect(verdictOf(() => accept([bundleOf(change)]))).toBe(code);
  });

  test('no verdict at all, or only other attestations', () => {
    expect(verdictOf(() => accept([]))).toBe('GateMissing');
    const provenance = { ...statementOf(app.image, digest, good), predicateType: 'https://slsa.dev/provenance/v1' };
    expect(verdictOf(() => accept([signedPayload(JSON.stringify(provenance))]))).toBe('GateMissing');
  });

  test('another digest', () => {
    const other = signedVerdict(app.image, `sha256:${'d2'.repeat(32)}`, good);
    expect(verdictOf(() => accept([other]))).toBe('GateSubjectMismatch');
  });

  test.each<[string, string]>([
    ['no JSON', 'hello'],
    ['a text without end', JSON.stringify({ mediaType: 'x'.repeat(1_048_576) })],
    ['JSON that is no bundle', '{"mediaType":"application/json"}'],
    ['another payload type', signedPayload('{}', 'text/plain')],
    ['no statement', signedPayload('[]')],
    [
      'an older statement',
      signedPayload(
        JSON.stringify({ ...statementOf(app.image, digest, good), _type: 'https://in-toto.io/Statement/v0.1' }),
      ),
    ],
    [
      'a list of what was skipped that is none',
      signedPayload(JSON.stringify(statementOf(app.image, digest, { ...good, skipped: 'snyk' as never }))),
    ],
    [
      'half a predicate',
      signedPayload(JSON.stringify({ ...statementOf(app.image, digest, good), predicate: { verdict: 'pass' } })),
    ],
  ])('%s is GateVerdictInvalid', (_, text) => {
    expect(verdictOf(() => accept([text]))).toBe('GateVerdictInvalid');
  });
});

describe('who signed', () => {
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const payload = JSON.stringify(statementOf(app.image, digest, good));
  const signature = sign('sha256', preAuthEncoding(PAYLOAD_TYPE, payload), stranger.privateKey);

  test('a key that nobody named is GateSignerUntrusted', () => {
    const pem = stranger.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const bundle = keyBundle(payload, PAYLOAD_TYPE, signature, keyHint(pem));
    expect(verdictOf(() => accept([bundle]))).toBe('GateSignerUntrusted');
    expect(accept([bundle], { trust: trustOfKeys([VERDICT_KEY, pem]) })).toMatchObject({
      signedBy: `key ${keyHint(pem)}`,
    });
  });

  test('a key that calls itself ours is GateSignatureInvalid', () => {
    const bundle = keyBundle(payload, PAYLOAD_TYPE, signature, keyHint(VERDICT_KEY));
    expect(verdictOf(() => accept([bundle]))).toBe('GateSignatureInvalid');
  });

  test('a changed predicate is GateSignatureInvalid', () => {
    const bundle = JSON.parse(bundleOf({ blocking: 1 })) as { dsseEnvelope: { payload: string } };
    bundle.dsseEnvelope.payload = Buffer.from(payload).toString('base64');
    expect(verdictOf(() => accept([JSON.stringify(bundle)]))).toBe('GateSignatureInvalid');
  });
});

describe('of several', () => {
  const block = bundleOf({ verdict: 'block', blocking: 1, decidedAt: '2026-11-24T09:59:30Z' });

  test('the newest genuine one counts, in any order', () => {
    const bundles = [bundleOf(), block];
    for (const order of [bundles, bundles.toReversed()]) expect(verdictOf(() => accept(order))).toBe('GateBlocked');
    const later = bundleOf({ decidedAt: '2026-11-24T09:59:45Z' });
    expect(accept([block, later, bundleOf()])).toMatchObject({ at: '2026-11-24T09:59:45.000Z' });
  });

  test('one of another run counts, too, where it is newer; what is let in is of the run that is asked for', () => {
    const otherRun = { run: { id: '8', attempt: 1 }, decidedAt: '2026-11-24T09:59:30Z' };
    const [own, later] = [bundleOf(), bundleOf(otherRun)];
    expect(accept([own, later])).toMatchObject({ at: '2026-11-24T09:59:00.000Z' });
    expect(verdictOf(() => accept([own, bundleOf({ ...otherRun, verdict: 'block', blocking: 1 })]))).toBe(
      'GateBlocked',
    );
    expect(verdictOf(() => accept([later]))).toBe('GateRunMismatch');
    expect(verdictOf(() => accept([bundleOf({ verdict: 'block', blocking: 1 }), later]))).toBe('GateBlocked');
    const earlier = bundleOf({ ...otherRun, verdict: 'block', blocking: 1, decidedAt: '2026-11-24T09:58:00Z' });
    expect(verdictOf(() => accept([own, earlier]))).toBe('accepted');
  });

  test('what the newest is refused for is told of its run, and the page of another one is not named', () => {
    const newer = {
      run: { id: '8', attempt: 1 },
      verdict: 'block' as const,
      blocking: 1,
      decidedAt: '2026-11-24T09:59:30Z',
    };
    const refused = (bundles: string[]): unknown => {
      try {
        return accept(bundles);
      } catch (error) {
        return error;
      }
    };
    expect(refused([bundleOf(), bundleOf(newer)])).toMatchObject({
      message: expect.stringContaining('the newest is of run 8, and it says block') as string,
      hint: expect.stringMatching(/: run 8$/) as string,
    });
    expect(refused([bundleOf({ verdict: 'block', blocking: 1 })])).toMatchObject({
      message: expect.stringContaining('is not accepted: it says block') as string,
      hint: expect.stringContaining('actions/runs/7') as string,
    });
  });

  test('those of one moment all have to let it in', () => {
    const same = [bundleOf(), bundleOf({ verdict: 'block', blocking: 1 })];
    for (const order of [same, same.toReversed()]) expect(verdictOf(() => accept(order))).toBe('GateBlocked');
  });

  test('what is not genuine neither lets in nor keeps out', () => {
    const foreign = bundleOf({
      verdict: 'block',
      blocking: 9,
      source: { ...good.source, repositoryId: '43' },
      decidedAt: '2026-11-24T09:59:59Z',
    });
    expect(accept([foreign, 'junk', bundleOf()])).toMatchObject({ state: 'accepted' });
    expect(verdictOf(() => accept([foreign, 'junk']))).toBe('GateRepositoryMismatch');
  });
});

test('what a stranger wrote stays on one line, and acts on nothing', () => {
  const type = 'text/\u001b[2J\n::notice::production is live\u202e'.padEnd(600, '🚢');
  const message = ((): string => {
    try {
      return accept([signedPayload('{}', type)]).state;
    } catch (error) {
      return (error as Error).message;
    }
  })();
  expect(message).toContain('what is signed is of type text/?[2J?::notice::production is live?🚢');
  expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(message.isWellFormed()).toBe(true);
  expect(message.length).toBeLessThan(640);
});

describe('where a rule ends', () => {
  test('a waiver holds until its instant, and not at it', () => {
    const bundle = bundleOf({ waiversUsed: [{ id: 'CVE-1', owner: 'ana', expires: '2026-11-24T10:00:00Z' }] });
    expect(verdictOf(() => accept([bundle], {}, candidate, new Date('2026-11-24T09:59:59.999Z')))).toBe('accepted');
    expect(verdictOf(() => accept([bundle], {}, candidate, new Date('2026-11-24T10:00:00.000Z')))).toBe(
      'GateWaiverExpired',
    );
  });

  test('a verdict of exactly maxAge counts; clocks may differ by five minutes', () => {
    const at = Date.parse(good.decidedAt);
    const when = (ms: number): string => verdictOf(() => accept([bundleOf()], {}, candidate, new Date(at + ms)));
    expect([when(gate.maxAge), when(gate.maxAge + 1)]).toEqual(['accepted', 'GateStale']);
    expect([when(-300_000), when(-300_001)]).toEqual(['accepted', 'GateStale']);
  });

  test('a deploy by hand knows of no run; a policy may do without a scan of the image', () => {
    const { run: _run, ...byHand } = candidate;
    expect(accept([bundleOf({ run: { id: '99', attempt: 3 } })], {}, byHand)).toMatchObject({ state: 'accepted' });
    expect(accept([bundleOf({ image: { configs: [] } })])).toMatchObject({ state: 'accepted' });
  });

  test('every image of an index must have been scanned', () => {
    const both = [config, `sha256:${'c1'.repeat(32)}`];
    const ask = (configs: string[]) =>
      verdictOf(() => acceptVerdict([bundleOf({ image: { configs } })], rules, candidate, { now, configs: both }));
    expect([ask(both), ask([config])]).toEqual(['accepted', 'GateScanMismatch']);
  });

  test('settings let in what they say', () => {
    const selfHosted = bundleOf({ workflow: { ...good.workflow, runner: 'self-hosted' } });
    expect(accept([selfHosted], { gate: { ...gate, runner: 'any' } })).toMatchObject({ state: 'accepted' });
    expect(accept([selfHosted], { gate: { ...gate, runner: 'self-hosted' } })).toMatchObject({ state: 'accepted' });
    const dispatched = bundleOf({ workflow: { ...good.workflow, trigger: 'workflow_dispatch' } });
    const events = { source: { ...app.source, events: ['push' as const, 'workflow_dispatch' as const] } };
    expect(accept([dispatched], events)).toMatchObject({ state: 'accepted' });
  });
});

test('no change of a bundle lets something else in, or breaks the gate', () => {
  const text = bundleOf();
  const accepted = accept([text]);
  const isSame = (changed: string): boolean => verdictOf(() => accept([changed])) === 'accepted';
  const change = fc.record({
    at: fc.nat(text.length - 1),
    cut: fc.nat(40),
    put: fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('"', '}', 'null', '{"a":1}', '__proto__', '=', 'A')),
  });
  fc.assert(
    fc.property(change, ({ at, cut, put }) => {
      const changed = text.slice(0, at) + put + text.slice(at + cut);
      expect(verdictOf(() => accept([changed]))).toMatch(/^(Gate[A-Za-z]+|accepted)$/);
      expect(isSame(changed) ? accept([changed]) : accepted).toEqual(accepted);
    }),
    { numRuns: 2_000 },
  );
});
