import type { CatalogueEntry } from '../entry.ts';

/** Why a pod that was made gets no place, does not start or does not stay up. */
export const pod = {
  Unschedulable: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  NodeTooSmall: {
    owner: 'change',
    retryable: false,
    hint: '{remedy}. Or use a larger instance type.',
  },
  PortTaken: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  VolumeClaimPending: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  VolumeMountFailing: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  ContainerConfigInvalid: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  ContainerCannotRun: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  RunAsNonRootViolated: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  ContainerCrashing: {
    owner: 'change',
    retryable: false,
    hint: 'Mend the cause and push again. {fix}',
  },
  LifecycleHookFailing: {
    owner: 'change',
    retryable: false,
    hint: 'Make lifecycle.postStart of the container end with 0, or take it out; try it by hand: kubectl -n {namespace} exec {object} -c {container} -- COMMAND',
  },
  ProbeFailing: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  OutOfMemory: {
    owner: 'change',
    retryable: false,
    hint: 'Raise resources.limits.memory of the container (now {limit}), or make it use less.',
  },
  StorageLimitExceeded: {
    owner: 'change',
    retryable: false,
    hint: 'Raise {setting} (now {limit}), or write less to the disk of the container.',
  },
} as const satisfies Record<string, CatalogueEntry<'change'>>;
