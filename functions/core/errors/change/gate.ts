import type { CatalogueEntry } from '../entry.ts';

/** Why the gate does not let a revision in: its run, or the signed verdict on its image. */
export const gate = {
  RunNotSuccessful: {
    owner: 'change',
    retryable: false,
    hint: 'Open the workflow run and mend the job that is named: {url}',
  },
  GateMissing: {
    owner: 'change',
    retryable: false,
    hint: 'Let the workflow run to its end, with the job that signs the verdict, for the commit {revision}; then deploy it again.',
  },
  GateVerdictInvalid: {
    owner: 'change',
    retryable: false,
    hint: 'Run the workflow again for {revision}, with the steps of .github/workflows/ci.yml that write and sign the verdict.',
  },
  GateSignatureInvalid: {
    owner: 'change',
    retryable: false,
    hint: 'Somebody has changed the verdict, or it was damaged: find out who can write to {image}. Run the workflow again to have it signed anew.',
  },
  GateSignerUntrusted: {
    owner: 'change',
    retryable: false,
    hint: 'Sign the verdict in the workflow as gate in k8s/deploy.yaml says. If the authority is yours, name it there: gate.trustedRoot, or gate.keys.',
  },
  GateTimestampInvalid: {
    owner: 'change',
    retryable: false,
    hint: 'Run the workflow again for {revision}. If it stays so, the trusted root is too old: docs/verdict.md has the commands that renew it, under “Whom it trusts”, and the stack has to be deployed with it.',
  },
  GateSubjectMismatch: {
    owner: 'change',
    retryable: false,
    hint: 'Sign the verdict for the digest that the workflow pushed. It is for {subject}, and the tag {revision} is {digest} now.',
  },
  GateRepositoryMismatch: {
    owner: 'change',
    retryable: false,
    hint: 'Deploy images that {repository} has built. An id stays through a rename and a transfer, so that {found} is another repository, perhaps of somebody who took over the name. Only if you have deleted the repository and made it anew yourself, change app.source.repositoryId in k8s/deploy.yaml.',
  },
  GateCommitMismatch: {
    owner: 'change',
    retryable: false,
    hint: 'Deploy the commit that the image was built from ({found}), or run the workflow for {revision}.',
  },
  GateBranchMismatch: {
    owner: 'change',
    retryable: false,
    hint: 'Merge into {branch} and deploy what is built there, or set app.source.branch in k8s/deploy.yaml.',
  },
  GateWorkflowMismatch: {
    owner: 'change',
    retryable: false,
    hint: 'Sign the verdict in {workflow}, or name the workflow that signs in k8s/deploy.yaml: app.source.workflow, and gate.signerWorkflow for a reusable one.',
  },
  GateTriggerMismatch: {
    owner: 'change',
    retryable: false,
    hint: 'Deploy a run that was started by {events}. app.source.events in k8s/deploy.yaml takes push and workflow_dispatch, and nothing else.',
  },
  GateRunnerMismatch: {
    owner: 'change',
    retryable: false,
    hint: 'Sign the verdict on a runner of GitHub (runs-on: ubuntu-24.04), or set gate.runner: {found} in k8s/deploy.yaml.',
  },
  GateRunMismatch: {
    owner: 'change',
    retryable: false,
    hint: 'Let the run itself sign the verdict on the image that it pushes: {url}',
  },
  GateScanMismatch: {
    owner: 'change',
    retryable: false,
    hint: 'Scan the very image that is pushed (trivy image --input LAYOUT), each platform of it, and run the workflow again.',
  },
  GateBlocked: {
    owner: 'change',
    retryable: false,
    hint: 'Mend what blocks: the summary of the workflow run shows it, with the version that has the fix: {url}',
  },
  GatePolicyMismatch: {
    owner: 'change',
    retryable: false,
    hint: 'If the policy of that commit was reviewed, deploy the stack from it (npx serverless deploy), or add {found} to gate.policies in k8s/deploy.yaml.',
  },
  GateWaiverExpired: {
    owner: 'change',
    retryable: false,
    hint: 'Mend {waiver}, or have {by} extend its waiver in scanners/policy.yaml; then run the workflow again.',
  },
  GateStale: {
    owner: 'change',
    retryable: false,
    hint: 'Run the workflow again for {revision}, so that the image is judged by what is known today. If it was live before and is only too old, go back to it, which asks for no verdict: npx hawser rollback --environment NAME --to RELEASE --reason TEXT',
  },
} as const satisfies Record<string, CatalogueEntry<'change'>>;
