import { dirname } from 'node:path';
import { systemClock } from '../../functions/adapters/clock.ts';
import { registry } from '../../functions/adapters/registry/registry.ts';
import { fail, ReleaseError } from '../../functions/core/errors.ts';
import { acceptVerdict } from '../../functions/core/gate/accept.ts';
import { isGateCode } from '../../functions/core/gate/refusal.ts';
import type { GateRules } from '../../functions/core/gate/rules.ts';
import { verdictOn } from '../../functions/core/phases/gate.ts';
import type { GateAccepted } from '../../functions/core/release.ts';
import { readTrust } from '../../functions/runtime/read-trust.ts';
import { readPolicy } from '../../scanners/policy/policy.ts';
import { required, type Command, type CommandInput, type Outcome } from '../command.ts';
import { readConfigFile } from '../config-file.ts';
import { readText } from '../files.ts';
import { pinnedImage, type PinnedImage } from '../pinned-image.ts';
import { PASSWORD, registryCredential, registryOptions } from '../registry-credential.ts';
import { printable } from '../text.ts';

/** What the deploy function would say of the image, by the rules in this checkout. Changes nothing. */
export const verdictVerifyCommand: Command = {
  name: 'verdict verify',
  summary: 'Say whether the deploy function would let an image in, and why not.',
  positionals: [],
  options: {
    image: { value: 'REF', isRequired: true, help: 'the image by its digest: ghcr.io/acme/shop@sha256:…' },
    revision: { value: 'SHA', isRequired: true, help: 'full commit SHA that is to be deployed' },
    bundle: { value: 'FILE', help: 'signed verdicts, one on each line, instead of those in the registry' },
    config: { value: 'FILE', help: 'the deploy.yaml to decide by (k8s/deploy.yaml)' },
    policy: { value: 'FILE', help: 'the policy that may have decided (scanners/policy.yaml)' },
    ...registryOptions,
  },
  run: async (input) => {
    const image = pinnedImage(required(input, 'image'));
    const revision = required(input, 'revision');
    if (!/^[0-9a-f]{40}$/.test(revision))
      throw fail('InputInvalid', `--revision ${JSON.stringify(revision)} is no full commit SHA of 40 hex digits.`);
    const rules = await rulesOf(input);
    try {
      return letIn(image, await judge(input, rules, image, revision));
    } catch (error) {
      if (error instanceof ReleaseError && isGateCode(error.code)) return refused(error);
      throw error;
    }
  },
};

/** As the deploy function has them: config, policy and trusted root are packed from these files. */
async function rulesOf({ options }: CommandInput): Promise<GateRules> {
  const { config: path = 'k8s/deploy.yaml', policy = 'scanners/policy.yaml' } = options;
  const { app, gate } = await readConfigFile(path);
  const { digest } = readPolicy(policy, await readText(policy));
  return { source: app.source, gate, policies: [digest, ...gate.policies], trust: readTrust(gate, dirname(path)) };
}

/** By the verdicts in the file, or as the deploy function does it, by those in the registry. */
async function judge(
  input: CommandInput,
  gateRules: GateRules,
  { name, digest }: PinnedImage,
  revision: string,
): Promise<GateAccepted> {
  const file = input.options['bundle'];
  const candidate = { image: name, digest, revision };
  // Which configs are behind the digest only the registry tells.
  if (file !== undefined)
    return acceptVerdict(bundlesOf(await readText(file)), gateRules, candidate, { now: new Date(), configs: [] });
  const ports = { registry: registry({ clock: systemClock, secret: PASSWORD }), clock: systemClock, gateRules };
  return verdictOn(ports, candidate, registryCredential(input, process.env), new AbortController().signal);
}

/** One bundle over several lines, or one on each line, as `gh attestation download` writes them. */
function bundlesOf(text: string): string[] {
  try {
    JSON.parse(text);
    return [text];
  } catch {
    return text.split('\n').filter((line) => line.trim() !== '');
  }
}

function letIn({ name, digest }: PinnedImage, gate: GateAccepted): Outcome {
  const { signedBy, at, tools, skipped = [], counts, waivers } = gate;
  const found = Object.entries(counts).flatMap(([severity, count]) => (count === 0 ? [] : [`${count} ${severity}`]));
  const summary = `${name}@${digest} is let in.`;
  const lines = [
    summary,
    `  signed by  ${signedBy}`,
    `  of         ${at}`,
    `  tools      ${tools.join(', ')}`,
    ...(skipped.length === 0 ? [] : [`  without    ${skipped.join(', ')}`]),
    `  findings   ${found.join(', ') || 'none'}`,
    ...waivers.map((waiver) => `  waiver     ${waiver}`),
  ];
  return { json: { ok: true, summary, gate }, text: printable(lines.join('\n')), exit: 0 };
}

/** The answer that was asked for, so it goes to stdout. */
function refused({ code, message, hint }: ReleaseError): Outcome {
  return {
    json: { ok: false, code, summary: message, hint },
    text: [`${code}: ${message}`, hint].join('\n'),
    exit: 3,
  };
}
