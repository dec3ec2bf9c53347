import type { CatalogueEntry } from '../entry.ts';

/** Why a rollout as a whole did not come to a good end. */
export const rollout = {
  RolloutTimedOut: {
    owner: 'change',
    retryable: false,
    hint: 'See what it waits for: kubectl -n {namespace} describe {object}. Raise rollout.timeout if it is only slow.',
  },
  UpdateBlocked: {
    owner: 'change',
    retryable: false,
    hint: 'Delete the broken pod, so that the new revision takes its place: kubectl -n {namespace} delete pod {pod}',
  },
  ObjectDegraded: {
    owner: 'change',
    retryable: false,
    hint: 'Read its conditions, and the log of the controller that writes them: kubectl -n {namespace} describe {object}',
  },
  JobFailed: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  HookFailed: {
    owner: 'change',
    retryable: false,
    hint: 'Mend {object}: its log is under failure.logs.',
  },
  SmokeTestFailed: {
    owner: 'change',
    retryable: false,
    hint: 'Open {url} yourself. NodePort, security group and NetworkPolicy must let it in, and the answer must name the revision.',
  },
} as const satisfies Record<string, CatalogueEntry<'change'>>;
