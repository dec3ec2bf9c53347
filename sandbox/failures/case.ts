import type { ErrorCode } from '../../functions/core/errors.ts';
import type { Manifest } from '../../functions/core/kubernetes.ts';
import type { Outcome } from '../../functions/core/release.ts';
import type { Variant } from './images.ts';

/** Stand in a case for what is known only when it runs: `ip:port` of the registry, and the password of an account without rights. */
export const REGISTRY = 'registry.invalid';
export const STRANGER_PASSWORD = 'password-of-the-stranger';
/** The app's namespace, and the name of its Deployment, its Service and its container. */
export const APP = 'shop';
/** The app's image, by the name that Hawser pins. */
export const APP_IMAGE = `${REGISTRY}/acme/shop`;

/** One way to break a release: how it differs from a good one, and what Hawser must say of it. */
export interface FailureCase {
  name: string;
  /** What differs in the app's container, its pod, the Deployment's spec: top-level fields replace those of the good one. */
  container?: object;
  pod?: object;
  deployment?: object;
  /** More objects in the release. */
  objects?: readonly Manifest[];
  /** The app itself is good and rolls; one of `objects` is broken. */
  besides?: true;
  /** What others put on the cluster before it; taken away afterwards, but for namespaces. */
  others?: readonly Manifest[];
  /** An object that the API server must refuse before the release begins: policies and quotas work a moment after they are there. */
  refuses?: Manifest;
  /** The image that the revision's tag names; a good one unless told otherwise. */
  image?: Variant;
  /** Name of the app's image without tag, where it is not the usual. */
  imageName?: string;
  /** Whose credential app.pull names: one that may pull unless told otherwise, `nobody`: none is configured. */
  account?: 'stranger' | 'nobody';
  /** Whether nothing but the deadline can end it. */
  waits?: true;
  expect: {
    /** `failed`: before anything was written. `rolled_back`: the good revision was applied again. */
    outcome: Extract<Outcome, 'failed' | 'rolled_back'>;
    code: ErrorCode;
    /** Subject and cause. */
    message: RegExp;
    hint: RegExp;
  };
}

/** A second Deployment in the release, with an image of its own; `pod`: more fields of its pod. */
export function worker(name: string, image: string, pod: object = {}, namespace: string = APP): Manifest {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { ...pod, containers: [{ name, image }] } },
    },
  };
}
