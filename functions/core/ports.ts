import type { Config } from './config.ts';
import type { GateRules } from './gate/rules.ts';
import type { Manifest, Ref } from './kubernetes.ts';
import type { Rejection } from './rejection.ts';
import type { PatchOperation } from './render/patch.ts';
import type {
  AppliedObjects,
  DriftReport,
  Failure,
  Outcome,
  PhaseRecord,
  Release,
  ReleaseRequest,
  WorkflowRun,
} from './release.ts';

/** Time, so that tests can turn it. `sleep` rejects with the signal's reason when aborted. */
export interface Clock {
  now(): Date;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The secret store. Values never leave the function that asks; errors name the secret only. */
export interface Secrets {
  /** The current value. Cached for a minute; `fresh` asks again. Throws SecretMissing, AccessDenied. */
  read(name: string, options?: { fresh?: boolean }): Promise<string>;
  /** Current, then previous if there is one: both are accepted while a rotation is under way. */
  versions(name: string, options?: { fresh?: boolean }): Promise<string[]>;
  write(name: string, value: string): Promise<void>;
}

/** FIFO by environment: within one, requests come out in their order, one at a time. */
export interface Queue {
  /** Throws when the request was not accepted. The same `id` and `resumed` within five minutes is one message. */
  send(request: ReleaseRequest): Promise<void>;
  /** Puts a body that no release can be made of straight into the dead-letter queue, so that it does not hold up its group. */
  bury(body: string, reason: string): Promise<void>;
}

export interface Lease {
  environment: string;
  /** Release id. */
  holder: string;
  /** Grows with every new holder. */
  fence: number;
  expiresAt: string;
}

/** One release per environment at a time. A lease ends by itself; who comes back late finds another fence. */
export interface Lock {
  /** Takes the lock, or takes over an expired one; the holder itself renews. */
  acquire(
    environment: string,
    holder: string,
    ttlMs: number,
  ): Promise<{ held: true; lease: Lease } | { held: false; by: Lease }>;
  /** Longer; false when it was lost to another holder meanwhile. */
  renew(lease: Lease, ttlMs: number): Promise<Lease | undefined>;
  /** Lets go if it is still ours; otherwise nothing. */
  release(lease: Lease): Promise<void>;
  /** Who holds it now, expired leases left out. */
  holder(environment: string): Promise<Lease | undefined>;
}

/** What is known of an environment as a whole. */
export interface EnvironmentHead {
  environment: string;
  lastGood?: { release: string; revision: string; image: string; run?: WorkflowRun; at: string };
  node?: { instance: string; launchTime: string; address: string; at: string };
  drift?: DriftReport;
  /** What failed here, newest first: not deployed again unless a person asks. */
  rejected?: Rejection[];
}

/** The release records. Each write is conditional, so that a late or double writer changes nothing. */
export interface Releases {
  /** Opens the record, or returns the one that is there: `created` tells which. */
  open(request: ReleaseRequest, at: Date): Promise<{ release: Release; created: boolean }>;
  get(id: string): Promise<Release | undefined>;
  /** Newest first. */
  list(environment: string, limit: number): Promise<Release[]>;
  /** Writes the given fields of an open release. Refused (returns false) once it is closed. */
  update(
    id: string,
    patch: Partial<Omit<Release, 'id' | 'environment' | 'phases' | 'state' | 'outcome'>>,
  ): Promise<boolean>;
  /** Adds the phase, or replaces the record of the same name. */
  phase(id: string, phase: PhaseRecord): Promise<void>;
  /** Ends the release, once. With outcome `succeeded` (or a rollback by hand that succeeded) it becomes the environment's last good one in the same transaction. */
  close(id: string, end: { outcome: Outcome; at: Date; failure?: Failure }): Promise<Release>;
  saveObjects(id: string, objects: AppliedObjects): Promise<void>;
  objects(id: string): Promise<AppliedObjects | undefined>;
  head(environment: string): Promise<EnvironmentHead>;
  /** Stores the node's address only if `launchTime` is not older than the stored one. */
  saveNode(environment: string, node: NonNullable<EnvironmentHead['node']>): Promise<void>;
  saveDrift(environment: string, report: DriftReport): Promise<void>;
  /** Replaces the list of rejections. Only who holds the environment's lock may call it. */
  saveRejected(environment: string, rejected: readonly Rejection[]): Promise<void>;
}

export type PowerState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';

export interface NodeState {
  instance: string;
  power: PowerState;
  /** Only while running. */
  address?: string;
  /** ISO 8601; with the instance id it names one boot. An address belongs to one boot only. */
  launchTime?: string;
  /** Why it is in this state, in EC2's words. */
  reason?: string;
}

export interface Automation {
  id: string;
  status: 'running' | 'succeeded' | 'failed' | 'timed-out' | 'cancelled';
  failure?: string;
}

/** The EC2 instance, started by SSM Automation. */
export interface Machines {
  /** Throws NodeGone, AccessDenied, ThrottledByAws, AwsUnavailable. */
  describe(instance: string): Promise<NodeState>;
  /** Begins the runbook AWS-StartEC2Instance and returns its execution id. */
  start(instance: string): Promise<string>;
  automation(id: string): Promise<Automation>;
}

/** Every place outside the records that stores the node's address. */
export interface Addresses {
  /** Makes one place current, reads it back, and says whether it had to change. */
  publish(place: AddressPlace, address: string): Promise<{ changed: boolean }>;
}
export type AddressPlace = { kind: 'ssm-parameter'; name: string } | { kind: 'kubeconfig-secret'; name: string };

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: Manifest;
}

/** What to list or watch: one kind in one namespace. */
export interface Selection {
  apiVersion: string;
  kind: string;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

/** One Kubernetes API server over one warm connection. Objects travel as raw JSON. */
export interface Cluster {
  /** Resolves with the server's version when /readyz answers ok. Throws CertificateNameMismatch, CertificateUntrusted, KubeconfigRejected, ApiServerUnreachable. */
  ready(signal: AbortSignal): Promise<{ version: string }>;
  get(ref: Ref, signal: AbortSignal): Promise<Manifest | undefined>;
  list(selection: Selection, signal: AbortSignal): Promise<{ items: Manifest[]; resourceVersion: string }>;
  /** Server-side apply with field manager `hawser`. Throws ApplyConflict, ApplyRejected. With `dryRun` nothing is stored. */
  apply(object: Manifest, how: { dryRun: boolean; force: boolean }, signal: AbortSignal): Promise<Manifest>;
  /**
   * Changes an object by a JSON patch (RFC 6902), which must set `metadata.resourceVersion` to that of the object that it was made from.
   * Returns undefined, and has changed nothing, when the object is another one by now or has gone. Throws ApplyRejected.
   */
  patch(ref: Ref, operations: readonly PatchOperation[], signal: AbortSignal): Promise<Manifest | undefined>;
  /** From `resourceVersion` on, through reconnects; on 410 it lists again and yields what is there as ADDED/MODIFIED. Ends with the signal. */
  watch(selection: Selection, resourceVersion: string, signal: AbortSignal): AsyncIterable<WatchEvent>;
  /** The last lines of a container's log; empty when there is none. */
  logs(
    pod: { namespace: string; name: string },
    options: { container: string; previous: boolean; lines: number },
    signal: AbortSignal,
  ): Promise<string[]>;
  /** Gone already is fine. With `uid` only that very object is removed: another one of the same name throws ApplyRejected. */
  remove(ref: Ref & { uid?: string }, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Opens a Cluster. The kubeconfig was vetted; the address of the moment replaces its host. */
export type ConnectCluster = (kubeconfig: Kubeconfig, address: string) => Cluster;

/** A vetted kubeconfig: one cluster, one user, embedded data only. See `parseKubeconfig`. */
export interface Kubeconfig {
  server: string;
  ca: string;
  /** The name that the server's certificate must carry. */
  tlsServerName: string;
  credential: { kind: 'token'; token: string } | { kind: 'certificate'; certificate: string; key: string };
  /** Name of the secret that it came from; errors name it. */
  secret?: string;
}

export interface RegistryCredential {
  username: string;
  password: string;
}

/** The platform that an image was built for, in the words of the image specification. */
export interface ImagePlatform {
  os: string;
  architecture: string;
  variant?: string;
}

/** What a digest is: one image, or an index of images for several platforms. */
export type ImageManifest =
  | {
      kind: 'image';
      /** Digest of its config, which scanners call the image's id. */
      config: string;
      platform: ImagePlatform;
    }
  | {
      kind: 'index';
      /** The images in it; what is no image, such as a build's own attestation, is left out. */
      images: { digest: string; platform: ImagePlatform }[];
    };

export interface Registry {
  /** The digest `sha256:…` that the tag names now. Throws ImageNotFound, ImageNameInvalid,
   * RegistryUnauthorized (401), ImagePullDenied (403), RegistryRateLimited, RegistryUnreachable, RegistryAnswerInvalid.
   */
  digest(image: string, tag: string, credential: RegistryCredential | undefined, signal: AbortSignal): Promise<string>;
  /** What the digest is. What the registry sends is checked against the digest first. Throws as `digest` does, and RegistryAnswerInvalid. */
  manifest(
    image: string,
    digest: string,
    credential: RegistryCredential | undefined,
    signal: AbortSignal,
  ): Promise<ImageManifest>;
  /**
   * The Sigstore bundles that are attached to the digest and may have this predicate type, as the JSON texts that they are: by the referrers
   * API, or by the tag `sha256-<hex>` where the registry has none. Empty when there are none. Nothing in them has been verified.
   * Throws as `digest` does.
   */
  bundles(
    image: string,
    digest: string,
    predicateType: string,
    credential: RegistryCredential | undefined,
    signal: AbortSignal,
  ): Promise<string[]>;
}

export type DeploymentState = 'queued' | 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/** One attempt of a workflow run, as GitHub itself tells of it. */
export interface GitHubRun {
  /** Grows with each run of the workflow; releases are ordered by it. */
  number: number;
  status: string;
  conclusion: string | null;
  headSha: string;
  path: string;
  event: string;
  /** Its page, for people. */
  url: string;
}

/** GitHub's REST API, for one repository `owner/name`. Throws GitHubUnavailable, GitHubRefused. */
export interface GitHub {
  createDeployment(d: {
    environment: string;
    revision: string;
    description: string;
    production: boolean;
    payload: { release: string };
  }): Promise<number>;
  setStatus(
    deployment: number,
    s: { state: DeploymentState; description: string; environmentUrl?: string; logUrl?: string },
  ): Promise<void>;
  commit(revision: string): Promise<{ message: string; author: string }>;
  run(id: number, attempt: number): Promise<GitHubRun>;
  jobs(id: number, attempt: number): Promise<{ name: string; conclusion: string | null; url: string }[]>;
  /** The commit that the branch points at. A tag of the same name is not a branch. */
  branchTip(branch: string): Promise<string>;
  /** Where `head` stands seen from `base`. */
  compare(base: string, head: string): Promise<'ahead' | 'behind' | 'identical' | 'diverged'>;
}

/** One HTTP GET of the deployed app, from outside the cluster. */
export interface Site {
  get(url: string, signal: AbortSignal): Promise<{ status: number; revision?: string; body: string }>;
}

/** What people and tools read afterwards: one line of JSON each. `message` is fixed text; facts go into `fields`. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Everything that a release takes, built once in functions/runtime/release-ports.ts; a function names the part of it that it uses. */
export interface Ports {
  config: Config;
  /** The files below k8s/, path to text. */
  manifests: ReadonlyMap<string, string>;
  releases: Releases;
  lock: Lock;
  queue: Queue;
  machines: Machines;
  addresses: Addresses;
  secrets: Secrets;
  registry: Registry;
  github: GitHub;
  site: Site;
  connectCluster: ConnectCluster;
  clock: Clock;
  log: Log;
}

/** What a deploy takes beside that: the rules by which an image is let in. */
export interface DeployPorts extends Ports {
  gateRules: GateRules;
}
