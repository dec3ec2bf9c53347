import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { invoke } from './aws/console.ts';
import { deliver, type Delivered } from './github/deliver.ts';
import { buildImage } from './images/build.ts';
import type { Patch } from './images/context.ts';
import { pushImage } from './images/push.ts';
import { ociImage } from './node/oci.ts';
import { pushByHttp } from './registry/push.ts';
import type { Sandbox } from './sandbox.ts';

/** One commit as CI leaves it: on the branch, its image in the registry, its run green. */
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
const NOTHING_BUILT = 'With a cluster of your own no image is built, so a change of the source cannot be shipped.';

/**
 * Commits to the branch, builds the image from the project's Dockerfile, and pushes it as CI does. `patch`: a change of the app's
 * source. Without a real node the image is one by hand that names the revision, since nobody runs it; a patch is then refused.
 */
export async function ship(
  sandbox: Sandbox,
  repo: string,
  commit: { message: string; patch?: Patch },
  onOutput?: (text: string) => void,
): Promise<Shipped> {
  if (commit.patch !== undefined && sandbox.mode !== 'node')
    throw new Error(sandbox.mode === 'kwok' ? NOTHING_RUNS : NOTHING_BUILT);
  const { sha } = sandbox.github.push({ message: commit.message });
  const digest =
    sandbox.mode === 'node' ? await build(sandbox, repo, sha, commit.patch, onOutput) : await label(sandbox, sha);
  const { payload } = sandbox.github.completeRun({ sha });
  return { revision: sha, digest, payload };
}

async function build(
  sandbox: Sandbox,
  repo: string,
  sha: string,
  patch?: Patch,
  onOutput?: (text: string) => void,
): Promise<string> {
  const image = await buildImage({
    workspace: sandbox.workspace,
    context: repo,
    dockerfile: 'Dockerfile',
    buildArgs: { REVISION: sha },
    tag: `acme/shop:${sha}`,
    ...(patch === undefined ? {} : { patch }),
    ...(onOutput === undefined ? {} : { onOutput }),
  });
  return (await pushImage(image, sandbox.registry)).digest;
}

/** Pushes an image whose label, as the Dockerfile's, is all that there is to it. */
function label(sandbox: Sandbox, sha: string): Promise<string> {
  const image = ociImage([{ name: 'revision', content: Buffer.from(sha) }], {
    Labels: { 'org.opencontainers.image.revision': sha },
  });
  return pushByHttp(sandbox.registry, 'acme/shop', sha, image);
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
