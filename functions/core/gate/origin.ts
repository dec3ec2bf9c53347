import type { Predicate } from '../../../scanners/verdict/predicate.ts';
import type { CertificateClaims } from './certificate.ts';
import { refuse, type Refusal } from './refusal.ts';
import type { Signed } from './signature.ts';

/** Who issues the identities of GitHub's workflow runs. */
const ISSUER = 'https://token.actions.githubusercontent.com';
const GITHUB = 'https://github.com/';

/** Where an image comes from, as the certificate proves it or as the holder of the key vouches for it. */
export interface Origin {
  /** For people: the workflow that signed, or the key. */
  signedBy: string;
  repositoryId: string;
  /** Path in the repository: `.github/workflows/ci.yml`. */
  workflow: string;
  ref: string;
  trigger: string;
  runner: string;
  commit: string;
  runId: string;
}

/**
 * The origin of what was signed. From a certificate, only what is in the certificate counts: a job can write into its predicate what it
 * wants. `signerWorkflow`: the reusable workflow that must have signed; without it, the workflow that was triggered itself.
 */
export function originOf({ by }: Signed, predicate: Predicate, signerWorkflow: string | undefined): Origin | Refusal {
  return by.kind === 'certificate' ? ofCertificate(by.claims, signerWorkflow) : ofKey(by.hint, predicate);
}

function ofKey(hint: string, { source, workflow, run }: Predicate): Origin {
  return {
    signedBy: `key ${hint}`,
    repositoryId: source.repositoryId,
    workflow: workflow.path,
    ref: source.ref,
    trigger: workflow.trigger,
    runner: workflow.runner,
    commit: source.commit,
    runId: run.id,
  };
}

function ofCertificate(claims: CertificateClaims, signerWorkflow: string | undefined): Origin | Refusal {
  const { issuer, signer, repositoryUri, repositoryId, workflow, ref, trigger, runner, commit, run } = claims;
  if (issuer !== ISSUER)
    return refuse(
      'GateSignerUntrusted',
      `its certificate is for an identity of ${issuer ?? 'nobody'}, not of ${ISSUER}`,
    );
  const absent = Object.entries(claims).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (
    signer === undefined ||
    repositoryUri === undefined ||
    repositoryId === undefined ||
    workflow === undefined ||
    ref === undefined ||
    trigger === undefined ||
    runner === undefined ||
    commit === undefined ||
    run === undefined
  )
    return refuse('GateSignerUntrusted', `its certificate does not tell ${absent.join(', ')}`);
  // A file of this very repository, by what the certificate calls it: the id is checked, and the name may have changed since.
  const prefix = `${repositoryUri}/`;
  const path = workflow.startsWith(prefix) ? withoutRef(workflow.slice(prefix.length), ref) : undefined;
  if (path === undefined)
    return refuse('GateWorkflowMismatch', `the workflow ${workflow} is not one of ${repositoryUri} at ${ref}`, {
      workflow: `a workflow of ${repositoryUri}`,
    });
  const wanted = signerWorkflow === undefined ? workflow : `${GITHUB}${signerWorkflow}`;
  if (signer !== wanted)
    return refuse('GateWorkflowMismatch', `${signer} signed it, not ${wanted}`, { workflow: wanted });
  const runId = /\/actions\/runs\/(\d+)\/attempts\/\d+$/.exec(run)?.[1] ?? '';
  return { signedBy: signer, repositoryId, workflow: path, ref, trigger, runner, commit, runId };
}

function withoutRef(path: string, ref: string): string | undefined {
  return path.endsWith(`@${ref}`) ? path.slice(0, -ref.length - 1) : undefined;
}
