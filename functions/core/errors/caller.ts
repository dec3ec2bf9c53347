import type { CatalogueEntry } from './entry.ts';

/** Failures that the caller of a function can end: whoever sends a webhook, a command or an event. */
export const caller = {
  SignatureInvalid: {
    owner: 'caller',
    retryable: false,
    hint: 'Set the same secret in the webhook settings on GitHub and in the secret that webhook.secret of k8s/deploy.yaml names.',
  },
  PayloadInvalid: {
    owner: 'caller',
    retryable: false,
    hint: 'Send the body exactly as GitHub does; in the webhook settings choose content type application/json.',
  },
  InputInvalid: {
    owner: 'caller',
    retryable: false,
    hint: 'Mend the input that is named; each function has events to start from, in functions/<name>/events.',
  },
  ReleaseUnknown: {
    owner: 'caller',
    retryable: false,
    hint: 'List the releases with: npx hawser status',
  },
  NothingToRollBackTo: {
    owner: 'caller',
    retryable: false,
    hint: 'Deploy a revision first; a rollback needs a release that succeeded, with an image that the gate let in. See what there is: npx hawser status',
  },
  BreakGlassForbidden: {
    owner: 'caller',
    retryable: false,
    hint: 'Deploy what the gate accepts. To allow it in an emergency: gate.breakGlass: allow in k8s/deploy.yaml, then npx serverless deploy',
  },
} as const satisfies Record<string, CatalogueEntry<'caller'>>;
