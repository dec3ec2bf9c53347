import { keySigner } from '../../../sandbox/sigstore/key-signer.ts';
import { ReleaseError } from '../errors.ts';
import type { GateAccepted } from '../release.ts';
import type { Predicate } from '../../../scanners/verdict/predicate.ts';
import { statementOf } from '../../../scanners/verdict/statement.ts';

const signer = keySigner();

/** The public key that tests sign verdicts with. */
export const VERDICT_KEY = signer.publicKey;
export const POLICY = `sha256:${'50'.repeat(32)}`;

/** A verdict of the workflow that test configs name, for a revision and the config of its image; `change` replaces parts of it. */
export function testPredicate(
  { revision, run, configs }: { revision: string; run: number; configs: string[] },
  change: Partial<Predicate> = {},
): Predicate {
  return {
    verdict: 'pass',
    decidedAt: '2026-11-24T09:59:00Z',
    policy: { digest: POLICY },
    tools: [
      { tool: 'gitleaks', version: '8.30.1', findings: 0 },
      { tool: 'trivy', version: '0.74.0', findings: 2 },
    ],
    counts: { critical: 0, high: 0, unknown: 0, medium: 2, low: 0, info: 0 },
    blocking: 0,
    waiversUsed: [],
    image: { configs },
    source: { repository: 'acme/shop', repositoryId: '42', commit: revision, ref: 'refs/heads/main' },
    workflow: { path: '.github/workflows/ci.yml', trigger: 'push', runner: 'github-hosted' },
    run: { id: String(run), attempt: 1 },
    ...change,
  };
}

/** The bundle of a verdict on an image, signed by the tests' key. */
export function signedVerdict(image: string, digest: string, predicate: Predicate): string {
  return signer.signWithKey(statementOf(image, digest, predicate));
}

/** The bundle of any payload, signed by the tests' key. */
export function signedPayload(payload: string, payloadType?: string): string {
  return signer.signWithKey(payload, payloadType);
}

/** `accepted`, or the code of the refusal; with the hint behind it when that has gaps. What is no refusal is thrown on. */
export function verdictOf(accept: () => GateAccepted): string {
  try {
    return accept().state;
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    return /…|\{|undefined/.test(error.hint) ? `${error.code}: ${error.hint}` : error.code;
  }
}
