import { fail, ReleaseError } from '../errors.ts';
import { acceptVerdict } from '../gate/accept.ts';
import { isGateCode } from '../gate/refusal.ts';
import type { Candidate, GateRules } from '../gate/rules.ts';
import { PREDICATE_TYPE } from '../../../scanners/verdict/predicate.ts';
import { splitImage } from '../pinned-image.ts';
import type { Clock, Registry, RegistryCredential } from '../ports.ts';
import type { GateAccepted, GateRecord, ReleaseRequest } from '../release.ts';

interface Ports {
  registry: Registry;
  clock: Clock;
  gateRules: GateRules;
}

/**
 * Lets an image in by the signed verdict on its digest (`acceptVerdict`): neither the webhook is trusted for that, nor the registry, nor
 * who can write to it. A person may go past what the gate refuses, where the config allows it. `image`: `name@sha256:…`.
 * Throws Gate…, BreakGlassForbidden, and what the registry throws.
 */
export async function gate(
  ports: Ports,
  request: ReleaseRequest,
  { image, credential }: { image: string; credential: RegistryCredential | undefined },
  signal: AbortSignal,
): Promise<GateRecord> {
  // What comes by the webhook can never ask for it.
  const isBreakGlass = request.breakGlass === true && request.trigger === 'console';
  if (isBreakGlass && ports.gateRules.gate.breakGlass === 'forbid') {
    const where = request.environment;
    throw fail('BreakGlassForbidden', `gate.breakGlass is forbid: nobody deploys past the gate to ${where}.`);
  }
  try {
    const { name, digest } = splitImage(image);
    const { revision, run } = request;
    const candidate = { image: name, digest, revision, ...(run === undefined ? {} : { run }) };
    return await verdictOn(ports, candidate, credential, signal);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined || !isBreakGlass) throw error;
    return { state: 'bypassed', by: request.actor, reason: request.reason ?? '', refusal };
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
    registry.bundles(image, digest, PREDICATE_TYPE, credential, signal),
    configsOf(registry, image, digest, credential, signal),
  ]);
  return acceptVerdict(bundles, gateRules, candidate, { now: clock.now(), configs });
}

/** Digests of the configs of the image, or of each image of an index: what a scanner calls the image's id. */
async function configsOf(
  registry: Registry,
  name: string,
  digest: string,
  credential: RegistryCredential | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const found = await registry.manifest(name, digest, credential, signal);
  if (found.kind === 'image') return [found.config];
  const nested = found.images.map((one) => configsOf(registry, name, one.digest, credential, signal));
  return (await Promise.all(nested)).flat();
}

function refusalOf(error: unknown): { code: ReleaseError['code']; message: string } | undefined {
  if (!(error instanceof ReleaseError)) return undefined;
  const { code, message } = error;
  return isGateCode(code) ? { code, message } : undefined;
}
