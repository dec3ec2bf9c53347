import type { Predicate } from '../../scanners/verdict/predicate.ts';
import { statementOf } from '../../scanners/verdict/statement.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Authority } from '../sigstore/authority.ts';
import { githubClaims, type Claims } from '../sigstore/claims.ts';
import { attach } from './attach.ts';
import { policyDigestOf, unscanned } from './predicate.ts';

/** How a verdict differs from the one that CI signs. */
export interface VerdictChange {
  /** What the job that signs is, where it is not the one that built the image. */
  claims?: Partial<Claims>;
  /** Top-level keys of the predicate, of any shape. */
  predicate?: Partial<Record<keyof Predicate, unknown>>;
  /** `sha256:…` of another image that it is signed for. */
  digest?: string;
  /** Who signs; default the sandbox's own, which the stack trusts. */
  authority?: Authority;
  /** When it is decided and signed; default now. */
  at?: Date;
  /** What somebody makes of the bundle's JSON after it was signed. */
  tamper?: (bundle: string) => string;
}

/** What was pushed. */
export interface PushedImage {
  /** `sha256:…` of the manifest. */
  digest: string;
  /** `sha256:…` of the config. */
  config: string;
}

/** Signs a verdict on an image and attaches it, as the jobs of CI do in the run `run` for the commit `sha`. */
export async function signVerdict(
  { github, checkout, registry, image, authority }: Sandbox,
  pushed: PushedImage,
  { run, sha }: { run: number; sha: string },
  change: VerdictChange = {},
): Promise<void> {
  const { at = new Date(), digest = pushed.digest, tamper = (bundle) => bundle } = change;
  const built = { repository: github.repository, repositoryId: github.repositoryId, sha, runId: run };
  const predicate = unscanned(policyDigestOf(checkout), pushed.config, githubClaims(built), at);
  const statement = statementOf(image, digest, { ...predicate, ...(change.predicate as Partial<Predicate>) });
  const bundle = await (change.authority ?? authority).sign(statement, githubClaims(built, change.claims), { at });
  await attach(registry, built.repository, pushed.digest, tamper(bundle));
}
