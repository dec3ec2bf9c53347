import type { ErrorCode, Details } from '../errors.ts';
import { textAt, type Fields } from './field.ts';
import { describeRef, type Manifest } from '../kubernetes.ts';

/** Something that keeps a pod from getting ready. */
export interface Trouble {
  code: ErrorCode;
  /** What is wrong, without the subject: `container app exits 1 (CrashLoopBackOff)`. */
  what: string;
  /** The object, e.g. `Pod shop/shop-7d4…`. */
  subject: string;
  details: Details;
  /** True: waiting does not help. False: it may pass, and is the cause only if it lasts until the deadline. */
  isFinal: boolean;
}

/** A trouble before its subject is known. */
export type Finding = Omit<Trouble, 'subject'>;

/** What the rules may look at besides the pod. Times in milliseconds since the epoch. */
export interface Look {
  /** Of this pod, oldest first. */
  events: readonly Manifest[];
  now: number;
  startedAt: number;
  /** Pods of older revisions still hold their resources. */
  isOldPodLeaving: boolean;
  /** Nodes and all pods of the cluster, where the caller may read them: then a sentence can say what is short on which node. */
  nodes?: readonly Manifest[];
  allPods?: readonly Manifest[];
}

/** One container with what the pod wants of it and what became of it. */
export interface ContainerView {
  /** `container app`, `init container migrate`, or `sidecar container proxy` (an init container with restartPolicy Always). */
  label: string;
  spec: Fields;
  status: Fields;
}

/** Clocks of the node and of Hawser differ, and apply comes before the watch starts. */
export const clockToleranceMs = 5_000;

/** Whether it happened in this rollout. Pods can be older than it: a revision deployed again keeps its pods. */
export function isFresh(time: number | undefined, look: Pick<Look, 'startedAt'>): boolean {
  return time !== undefined && time >= look.startedAt - clockToleranceMs;
}

/** A message of the cluster as part of a sentence: one line, at most `most` characters, no full stop at the end. */
export function oneLine(text: string, most = 240): string {
  const line = text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

/** `Pod shop/shop-7d4…` of any object, even one without a name. */
export function subjectOf(object: Manifest): string {
  const namespace = textAt(object, 'metadata', 'namespace');
  const [kind, name] = [textAt(object, 'kind') || 'Object', textAt(object, 'metadata', 'name') || '?'];
  return describeRef({ apiVersion: '', kind, name, ...(namespace === '' ? {} : { namespace }) });
}
