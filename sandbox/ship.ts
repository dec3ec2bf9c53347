import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { invoke } from './aws/console.ts';
import { deliver, type Delivered } from './github/deliver.ts';
import { buildImage } from './images/build.ts';
import type { Patch } from './images/context.ts';
import { pushImage } from './images/push.ts';
import { digestOf, ociImage } from './node/oci.ts';
import { pushByHttp } from './registry/push.ts';
import type { Sandbox } from './sandbox.ts';
import { signVerdict, type PushedImage, type VerdictChange } from './verdict/verdict.ts';

/** One commit as CI leaves it: on the branch, its image and the verdict on it in the registry, its run green. */
export interface Shipped {
  revision: string;
  digest: string;
  /** What GitHub's webhook would carry. */
  payload: object;
}

/** What the functions answer; see functions/core/result.ts. */
const Answer = z.looseObject({
  ok: z.boolean(),
  summary: z.string(),
  next: z.array(z.string()),
  release: z
    .looseObject({
      id: z.string(),
      outcome: z.string().optional(),
      address: z.string().optional(),
      image: z.string().optional(),
      duration: z.string().optional(),
    })
    .optional(),
  phases: z
    .array(
      z.looseObject({ name: z.string(), state: z.string(), ms: z.number().optional(), detail: z.string().optional() }),
    )
    .optional(),
  failure: z
    .looseObject({ code: z.string(), message: z.string(), hint: z.string(), logs: z.array(z.string()) })
    .optional(),
  links: z.looseObject({ app: z.string().optional() }).optional(),
});
export type Answer = z.output<typeof Answer>;

const Queued = z.object({ code: z.string(), releases: z.array(z.string()).default([]) });

/** Why no revision can break in mode `kwok`. */
export const NOTHING_RUNS =
  'Pods become Ready here without running: no app answers, no image is pulled, and a revision that fails to start cannot fail.';
/** What the verdicts of the sandbox are worth. */
export const NOT_SCANNED =
  "Nothing scans the images here: their verdicts are signed by the sandbox's own authority without a scan. npm run scan has the scanners.";
const NOTHING_BUILT = 'With a cluster of your own no image is built, so a change of the source cannot be shipped.';

export interface ShipOptions {
  message: string;
  /** A change of the app's source. */
  patch?: Patch;
  /** How the verdict on the image differs from the one that CI signs; `none`: nobody signs one. */
  verdict?: 'none' | VerdictChange;
  /** An image by hand that names the revision and does nothing, for a release that ends before any pod starts. */
  hollow?: boolean;
}

/**
 * Commits to the branch, builds the image from the project's Dockerfile, pushes it and signs a verdict on it as CI does, but without a
 * scan. Without a real node the image is a hollow one, since nobody runs it; a patch is then refused.
 */
export async function ship(
  sandbox: Sandbox,
  repo: string,
  { message, patch, verdict, hollow = sandbox.mode !== 'node' }: ShipOptions,
  onOutput?: (text: string) => void,
): Promise<Shipped> {
  if (patch !== undefined && sandbox.mode !== 'node')
    throw new Error(sandbox.mode === 'kwok' ? NOTHING_RUNS : NOTHING_BUILT);
  const { sha } = sandbox.github.push({ message });
  const run = sandbox.github.openRun();
  const pushed = hollow ? await label(sandbox, sha) : await build(sandbox, repo, sha, patch, onOutput);
  if (verdict !== 'none') await signVerdict(sandbox, pushed, { run, sha }, verdict);
  const { payload } = sandbox.github.completeRun({ sha, id: run });
  return { revision: sha, digest: pushed.digest, payload };
}

async function build(
  sandbox: Sandbox,
  repo: string,
  sha: string,
  patch?: Patch,
  onOutput?: (text: string) => void,
): Promise<PushedImage> {
  const image = await buildImage({
    workspace: sandbox.workspace,
    context: repo,
    dockerfile: 'Dockerfile',
    buildArgs: { REVISION: sha },
    tag: `acme/shop:${sha}`,
    ...(patch === undefined ? {} : { patch }),
    ...(onOutput === undefined ? {} : { onOutput }),
  });
  const { digest } = await pushImage(image, sandbox.registry);
  return { digest, config: `sha256:${image.id}` };
}

/** Pushes an image whose label, as the Dockerfile's, is all that there is to it. */
async function label(sandbox: Sandbox, sha: string): Promise<PushedImage> {
  const image = ociImage([{ name: 'revision', content: Buffer.from(sha) }], {
    Labels: { 'org.opencontainers.image.revision': sha },
  });
  return { digest: await pushByHttp(sandbox.registry, 'acme/shop', sha, image), config: digestOf(image.config) };
}

/** Sends the webhook of a shipped commit as GitHub does. Returns the answer and the ids of the releases that were queued. */
export async function announce(
  sandbox: Sandbox,
  shipped: Pick<Shipped, 'payload'>,
  options: { deliveryId?: string } = {},
): Promise<Delivered & { releases: string[]; code: string }> {
  const { url, host, secret } = sandbox.webhook;
  const delivered = await deliver(url, secret, shipped.payload, { ...options, headers: { host } });
  const { releases, code } = Queued.parse(JSON.parse(delivered.body));
  return { ...delivered, releases, code };
}

/** Invokes one of the project's functions as the Test button of the AWS console does. Throws when the function itself failed. */
export async function askFunction(sandbox: Sandbox, name: string, event: object): Promise<Answer> {
  const { payload, functionError, log } = await invoke(sandbox.aws.endpoint, `hawser-production-${name}`, event);
  if (functionError !== undefined)
    throw new Error(`${name} failed (${functionError}): ${JSON.stringify(payload)}\n${log}`);
  return Answer.parse(payload);
}

/** Follows a release until it has ended; `seen` gets each state of its record. */
export async function follow(
  sandbox: Sandbox,
  release: string,
  seen: (answer: Answer) => void,
  timeoutMs = 240_000,
): Promise<Answer> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await askFunction(sandbox, 'status', { release });
    if (answer.release !== undefined) seen(answer);
    if (answer.release?.outcome !== undefined) return answer;
    if (Date.now() > end) throw new Error(`Release ${release} did not end: ${answer.summary}`);
    await sleep(200);
  }
}
