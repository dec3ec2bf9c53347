import type { CatalogueEntry } from './entry.ts';

/** Failures of what Hawser runs on: AWS, GitHub, the registry, the node and its cluster. */
export const platform = {
  NodeGone: {
    owner: 'platform',
    retryable: false,
    hint: 'Replace {instance} as node.instance in k8s/deploy.yaml by an instance that exists in this region and account.',
  },
  NodeAsleep: {
    owner: 'platform',
    retryable: false,
    hint: 'Set node.wakeOnDeploy: true in k8s/deploy.yaml, or start it: aws ec2 start-instances --instance-ids {instance}',
  },
  NodeStartFailed: {
    owner: 'platform',
    retryable: false,
    hint: 'Read why: aws ec2 describe-instances shows StateReason, and Systems Manager shows the automation step by step.',
  },
  NodeStartTimedOut: {
    owner: 'platform',
    retryable: true,
    hint: 'See what EC2 waits for: aws ec2 describe-instances --instance-ids {instance}. Raise node.startTimeout if it is only slow.',
  },
  NodeCapacityUnavailable: {
    owner: 'platform',
    retryable: true,
    hint: 'AWS has no capacity for this type in this zone now. Try again in some minutes, or change the instance type.',
  },
  AddressNotReady: {
    owner: 'platform',
    retryable: true,
    hint: 'The subnet must assign public IPv4 addresses, or associate an Elastic IP with {instance}.',
  },
  CertificateNameMismatch: {
    owner: 'platform',
    retryable: false,
    hint: 'Set tls-server-name: kubernetes in the kubeconfig of {secret}; k3s always puts that name into its certificate.',
  },
  CertificateUntrusted: {
    owner: 'platform',
    retryable: false,
    hint: 'Who answers at {address} is not the cluster of the kubeconfig. Fetch a new kubeconfig if the node was made anew.',
  },
  ApiServerUnreachable: {
    owner: 'platform',
    retryable: true,
    hint: 'Port 6443 of {address} must be open in the security group, and k3s running: sudo systemctl status k3s',
  },
  RegistryUnreachable: {
    owner: 'platform',
    retryable: true,
    hint: 'Try again; if it stays so, look at the status page of the registry {registry}.',
  },
  RegistryRateLimited: {
    owner: 'platform',
    retryable: true,
    hint: 'Wait, or pull with an account: its limit is higher (app.pull in k8s/deploy.yaml, or imagePullSecrets). The registry is {registry}.',
  },
  RegistryAnswerInvalid: {
    owner: 'platform',
    retryable: false,
    hint: 'Push the image again; if it stays so, something between Hawser and {registry} changes what it sends (a proxy, a mirror).',
  },
  RegistryCertificateUntrusted: {
    owner: 'platform',
    retryable: false,
    hint: 'Give the node the CA of {registry}: configs."{registry}".tls.ca_file in /etc/rancher/k3s/registries.yaml, then: sudo systemctl restart k3s',
  },
  AdmissionUnavailable: {
    owner: 'platform',
    retryable: true,
    hint: 'Bring the webhook back: kubectl get pods,endpoints -n {webhookNamespace}. Or remove its configuration: kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations',
  },
  NamespaceTerminating: {
    owner: 'platform',
    retryable: true,
    hint: 'Wait until it is gone and deploy again; see what holds it: kubectl get namespace {namespace} -o yaml',
  },
  NodeUnderPressure: {
    owner: 'platform',
    retryable: true,
    hint: '{fix}',
  },
  NodeNotReady: {
    owner: 'platform',
    retryable: true,
    hint: 'See why: kubectl describe node {node}. On the node: sudo systemctl status k3s; sudo journalctl -u k3s -n 50',
  },
  PodPreempted: {
    owner: 'platform',
    retryable: true,
    hint: 'Give the pod a priorityClassName at least as high as the one that took its place, or use a larger node.',
  },
  PodSandboxFailing: {
    owner: 'platform',
    retryable: true,
    hint: '{fix}',
  },
  InventoryInvalid: {
    owner: 'platform',
    retryable: false,
    hint: 'Look at it: kubectl get configmap {name} -n {namespace} -o yaml. Mend it, or delete it to begin a new one: what it listed is then yours to remove.',
  },
  GitHubUnavailable: { owner: 'platform', retryable: true, hint: 'Try again; see https://www.githubstatus.com' },
  ThrottledByAws: {
    owner: 'platform',
    retryable: true,
    hint: 'AWS limits the rate of {action}. Try again in a minute; if it stays so, ask for a higher quota.',
  },
  AwsUnavailable: {
    owner: 'platform',
    retryable: true,
    hint: 'AWS did not serve {action}. Try again; if it stays so, see https://health.aws.amazon.com',
  },
} as const satisfies Record<string, CatalogueEntry<'platform'>>;
