/** Who has to act: the caller of a function, the config's author, the change's author, the platform (AWS, GitHub, the node), or Hawser itself. */
export type Owner = 'caller' | 'config' | 'change' | 'platform' | 'internal';

interface CatalogueEntry {
  readonly owner: Owner;
  /** True when the same step may well succeed a moment later, unchanged. */
  readonly retryable: boolean;
  /** What to do about it; `{name}` is filled in from the details. */
  readonly hint: string;
}

/**
 * Every failure that Hawser reports, by its code. Codes are PascalCase as Kubernetes' reasons are.
 * docs/errors.md documents the same set; a test holds the two together.
 */
export const catalogue = {
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

  ManifestInvalid: {
    owner: 'change',
    retryable: false,
    hint: 'Mend the manifest that is named; see it rendered with: npx hawser render --environment {environment} --image {image}',
  },
  ManifestsTooLarge: {
    owner: 'change',
    retryable: false,
    hint: 'Move large data (certificates, dashboards, data files) out of the ConfigMaps, or into an image.',
  },
  ImageNotFound: {
    owner: 'change',
    retryable: false,
    hint: 'Check that the workflow pushed {image}; Hawser looks for a tag that is the full commit SHA.',
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
  InventoryTooLarge: {
    owner: 'change',
    retryable: false,
    hint: 'Split the app: {objects} objects are more than one inventory holds ({bytes} of {limit} bytes).',
  },
  ApplyRejected: {
    owner: 'change',
    retryable: false,
    hint: 'The API server refused the object; mend the field it names.',
  },
  ApplyConflict: {
    owner: 'change',
    retryable: false,
    hint: 'Another manager owns the field. Remove it from the manifest, let go of it there (kubectl get {object} -o yaml --show-managed-fields), or take it: annotate the object in the manifest with hawser.dev/force-conflicts: "true"',
  },
  ContainerCrashing: {
    owner: 'change',
    retryable: false,
    hint: 'Mend the cause and push again. {fix}',
  },
  ContainerConfigInvalid: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  ImagePullFailing: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  ImageNameInvalid: {
    owner: 'change',
    retryable: false,
    hint: 'Write the image in lower case, as name:tag or name@sha256:DIGEST without a scheme: {suggestion}',
  },
  ImagePlatformMismatch: {
    owner: 'change',
    retryable: false,
    hint: 'Build for the node ({platform}), or for both: docker buildx build --platform linux/amd64,linux/arm64 --push -t {image} .',
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
  LifecycleHookFailing: {
    owner: 'change',
    retryable: false,
    hint: 'Make lifecycle.postStart of the container end with 0, or take it out; try it by hand: kubectl -n {namespace} exec {object} -c {container} -- COMMAND',
  },
  StorageLimitExceeded: {
    owner: 'change',
    retryable: false,
    hint: 'Raise {setting} (now {limit}), or write less to the disk of the container.',
  },
  VolumeMountFailing: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  VolumeClaimPending: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  PortTaken: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  JobFailed: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  OutOfMemory: {
    owner: 'change',
    retryable: false,
    hint: 'Raise resources.limits.memory of the container (now {limit}), or make it use less.',
  },
  NodeTooSmall: {
    owner: 'change',
    retryable: false,
    hint: '{remedy}. Or use a larger instance type.',
  },
  Unschedulable: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  ProbeFailing: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  PodsNotCreated: {
    owner: 'change',
    retryable: false,
    hint: 'The API server refuses the pods: mend what it names (quota, pod security, admission webhook).',
  },
  QuotaExceeded: {
    owner: 'change',
    retryable: false,
    hint: '{fix}',
  },
  LimitRangeViolated: {
    owner: 'change',
    retryable: false,
    hint: 'Bring the resources of the container within the LimitRange: kubectl -n {namespace} describe limitrange',
  },
  AdmissionDenied: {
    owner: 'change',
    retryable: false,
    hint: 'Change the manifest as {policy} asks, or have the policy changed.',
  },
  PodSecurityViolated: {
    owner: 'change',
    retryable: false,
    hint: 'Set in the pod template: {settings}. Or allow it: kubectl label namespace {namespace} pod-security.kubernetes.io/enforce=privileged --overwrite',
  },
  ServiceAccountMissing: {
    owner: 'change',
    retryable: false,
    hint: 'Add the ServiceAccount to k8s/, or create it: kubectl -n {namespace} create serviceaccount {account}',
  },
  FieldImmutable: {
    owner: 'change',
    retryable: false,
    hint: 'Undo the change of {field}, give the object a new name, or delete it so that it is made anew: kubectl delete {object}',
  },
  KindUnknown: {
    owner: 'change',
    retryable: false,
    hint: 'Apply the CRD of {kind} first (in k8s/ or by its own installer); see what the cluster knows: kubectl api-resources',
  },
  ObjectTooLarge: {
    owner: 'change',
    retryable: false,
    hint: 'Split the object or move its data into the image or a volume; etcd takes about 1 MiB for one object.',
  },
  NamespaceNotFound: {
    owner: 'change',
    retryable: false,
    hint: 'Add a Namespace to k8s/, or create it: kubectl create namespace {namespace}',
  },
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
  SmokeTestFailed: {
    owner: 'change',
    retryable: false,
    hint: 'Open {url} yourself. NodePort, security group and NetworkPolicy must let it in, and the answer must name the revision.',
  },
  HookFailed: {
    owner: 'change',
    retryable: false,
    hint: 'Mend {object}: its log is under failure.logs.',
  },
  ImageRejected: {
    owner: 'change',
    retryable: false,
    hint: 'Push a mended revision. If the cause was outside the change and is gone: npx hawser deploy --environment {environment} --revision {revision} --reason "…"',
  },
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
  GitHubRefused: {
    owner: 'config',
    retryable: false,
    hint: 'The token in {secret} needs deployments: write, actions: read and contents: read on {repository}.',
  },
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
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

/** Facts of a failure: they fill the hint and are shown in results. Never a secret. */
export type Details = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** The one error class. Made only by `fail`; everything that people read comes from the catalogue and the sentence. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError';
  readonly code: ErrorCode;
  readonly owner: Owner;
  readonly retryable: boolean;
  readonly hint: string;
  readonly details: Details;

  constructor(code: ErrorCode, message: string, details: Details = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    const entry = catalogue[code];
    this.code = code;
    this.owner = entry.owner;
    this.retryable = entry.retryable;
    this.hint = fill(entry.hint, details);
    this.details = details;
  }
}

/** Makes the error of `code`: `message` is one sentence that names the thing; `details` fill the hint. */
export function fail(code: ErrorCode, message: string, details: Details = {}, cause?: unknown): ReleaseError {
  return new ReleaseError(code, message, details, cause);
}

/** Any thrown value as a ReleaseError: what is not one already is `Unexpected`, its text kept as the cause's. */
export function asReleaseError(thrown: unknown): ReleaseError {
  if (thrown instanceof ReleaseError) return thrown;
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new ReleaseError('Unexpected', `Something failed that Hawser does not know: ${text}.`, {}, thrown);
}

/** Unknown names stay visible as `…`, so that a hint never shows a brace. */
function fill(hint: string, details: Details): string {
  return hint.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? '…'));
}
