import type { CatalogueEntry } from './entry.ts';

/** Failures that the author of the config can end: k8s/deploy.yaml, the policy, secrets, and the rights of credentials and roles. */
export const config = {
  ConfigInvalid: {
    owner: 'config',
    retryable: false,
    hint: 'Mend k8s/deploy.yaml; docs/config.md explains every key.',
  },
  PolicyInvalid: {
    owner: 'config',
    retryable: false,
    hint: 'Mend {source}; docs/policy.md explains every key.',
  },
  SecretMissing: {
    owner: 'config',
    retryable: false,
    hint: 'Create it: aws secretsmanager create-secret --name {secret} --secret-string file://secret',
  },
  SecretInvalid: {
    owner: 'config',
    retryable: false,
    hint: 'Write it again: aws secretsmanager put-secret-value --secret-id {secret} --secret-string file://secret',
  },
  KubeconfigInvalid: {
    owner: 'config',
    retryable: false,
    hint: 'Store a kubeconfig with embedded certificates or a token only; check it with: npx hawser kubeconfig check FILE',
  },
  KubeconfigRejected: {
    owner: 'config',
    retryable: false,
    hint: 'The cluster does not accept this credential. Fetch a new kubeconfig from the node and store it in {secret}.',
  },
  AccessDenied: {
    owner: 'config',
    retryable: false,
    hint: 'Allow {action} on {resource} in the role of this function (serverless.yml).',
  },
  PrivilegesNotHeld: {
    owner: 'config',
    retryable: false,
    hint: 'Give the account of the kubeconfig these rights too (or the verbs escalate and bind), or take them out of {object}.',
  },
  RegistryUnauthorized: {
    owner: 'config',
    retryable: false,
    hint: 'Put a credential that is valid into {secret} (JSON with username and password); on GHCR a classic token with read:packages that has not expired.',
  },
  ImagePullDenied: {
    owner: 'config',
    retryable: false,
    hint: 'The token in {secret} needs read:packages and access to the package {image}.',
  },
  GitHubRefused: {
    owner: 'config',
    retryable: false,
    hint: 'The token in {secret} needs deployments: write, actions: read and contents: read on {repository}.',
  },
} as const satisfies Record<string, CatalogueEntry<'config'>>;
