import type { CatalogueEntry } from './entry.ts';

/** Failures of Hawser itself, and of its work on a release. */
export const internal = {
  DeadlineReached: {
    owner: 'internal',
    retryable: true,
    hint: 'The release was queued again and goes on at its phase by itself.',
  },
  LockLost: {
    owner: 'internal',
    retryable: true,
    hint: 'Another release took the lock of {environment} after it had expired; it is the one that counts.',
  },
  RollbackFailed: {
    owner: 'internal',
    retryable: false,
    hint: 'Look at the cluster now: npx hawser status --environment {environment}. Then deploy a good revision by hand.',
  },
  Unexpected: {
    owner: 'internal',
    retryable: true,
    hint: 'This is a defect of Hawser. Look at the log of the function and report it with the release id.',
  },
} as const satisfies Record<string, CatalogueEntry<'internal'>>;
