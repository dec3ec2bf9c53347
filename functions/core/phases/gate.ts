import { unaccountable } from '../break-glass.ts';
import { fail, ReleaseError } from '../errors.ts';
import { acceptVerdict } from '../gate/accept.ts';
import { isGateCode } from '../gate/refusal.ts';
import type { Candidate, GateRules } from '../gate/rules.ts';
import { PREDICATE_TYPE } from '../../../scanners/verdict/predicate.ts';
import { shortImage, splitImage } from '../pinned-image.ts';
import type { Clock, Registry, RegistryCredential } from '../ports.ts';
import type { GateAccepted, GateRecord, ReleaseRequest } from '../release.ts';
import type { ConfirmedRun } from './confirm.ts';
import { inParallel } from './parallel.ts';

/** Images of an index that are looked at in the registry at a time. */
const AT_ONCE = 4;

interface Ports {
  registry: Registry;
  clock: Clock;
  gateRules: GateRules;
}

/**
 * Lets an image in by the signed verdict on its digest (`acceptVerdict`): neither the webhook is trusted for that, nor the registry, nor
 * who can write to it. A person may go past what the gate refuses, where the config allows it. `image`: `name@sha256:…`; `run`: the one
 * that has to have made the verdict, unless the release was asked for by hand.
 * Throws Gate…, BreakGlassForbidden, InputInvalid, and what the registry throws.
 */
export async function gate(
  ports: Ports,
  request: Omit<ReleaseRequest, 'run'>,
  {
    image,
    credential,
    run,
  }: { image: string; credential: RegistryCredential | undefined; run?: ConfirmedRun | undefined },
  signal: AbortSignal,
): Promise<GateRecord> {
  const { breakGlass: isBreakGlass = false, actor, reason = '', revision } = request;
  const lacking = isBreakGlass ? unaccountable(request).map(({ key, problem }) => `${key}: ${problem}`) : [];
  if (lacking.length > 0)
    throw fail('InputInvalid', `Nobody can deploy past the gate so: ${lacking.join('; ')}.`, {
      function: 'deploy',
      problems: lacking,
    });
  if (isBreakGlass && ports.gateRules.gate.breakGlass === 'forbid') {
    const where = request.environment;
    throw fail('BreakGlassForbidden', `gate.breakGlass is forbid: nobody deploys past the gate to ${where}.`);
  }
  try {
    const { name, digest } = splitImage(image);
    const candidate = {
      image: name,
      digest,
      revision,
      ...(run === undefined ? {} : { run: { id: run.id, url: run.url } }),
    };
    return await verdictOn(ports, candidate, credential, signal);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined || !isBreakGlass) throw error;
    return { state: 'bypassed', by: actor, reason, refusal };
  }
}

/**
 * The accepted verdict on an image, from the bundles that its registry has. Throws Gate…, and what the registry throws.
 */
export async function verdictOn(
  { registry, clock, gateRules }: Ports,
  candidate: Candidate,
  credential: RegistryCredential | undefined,
  signal: AbortSignal,
): Promise<GateAccepted> {
  const { image, digest } = candidate;
  const [bundles, configs] = await Promise.all([
    registry.bundles(image, digest, PREDICATE_TYPE, credential, signal).catch((error: unknown) => {
      throw unreadable(error, candidate);
    }),
    configsOf(registry, image, digest, credential, signal),
  ]);
  return acceptVerdict(bundles, gateRules, candidate, { now: clock.now(), configs });
}

/**
 * What is attached cannot be read through, by somebody's mistake or intent. That is about the verdict, not about the image: a person may go
 * past it. Any other error as it is.
 */
function unreadable(error: unknown, { image, digest, revision }: Candidate): unknown {
  if (!(error instanceof ReleaseError) || error.code !== 'RegistryAnswerInvalid') return error;
  const what = `What is attached to ${shortImage(`${image}@${digest}`)} cannot be read, and a verdict may be among it`;
  return fail('GateVerdictInvalid', `${what}: ${error.message} ${error.hint}`, { revision }, error);
}

/** Digests of the configs of the image, or of each image of an index: what a scanner calls the image's id. Throws as the registry does. */
async function configsOf(
  registry: Registry,
  name: string,
  digest: string,
  credential: RegistryCredential | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const found = await registry.manifest(name, digest, credential, signal);
  if (found.kind === 'image') return [found.config];
  // One image may be there for several platforms.
  const digests = [...new Set(found.images.map((one) => one.digest))];
  return inParallel(digests, AT_ONCE, async (one) => {
    const image = await registry.manifest(name, one, credential, signal);
    if (image.kind === 'image') return image.config;
    // The index calls it an image, and a node that believes that would fail on it.
    throw fail('RegistryAnswerInvalid', `${name}@${one} is an index within the index ${digest}.`, {
      registry: name.slice(0, name.indexOf('/')),
    });
  });
}

function refusalOf(error: unknown): { code: ReleaseError['code']; message: string } | undefined {
  if (!(error instanceof ReleaseError)) return undefined;
  const { code, message } = error;
  return isGateCode(code) ? { code, message } : undefined;
}
