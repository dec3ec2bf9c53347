import { tellBypass } from './break-glass.ts';
import { confirmSource } from './phases/confirm.ts';
import { gate } from './phases/gate.ts';
import { pinImage } from './phases/preflight.ts';
import { shortDigest, splitImage } from './pinned-image.ts';
import type { DeployPorts, RegistryCredential } from './ports.ts';
import type { GateRecord, ReleaseRequest } from './release.ts';
import type { ReleaseRun } from './run-release.ts';

/**
 * The image of a revision by digest, once GitHub has confirmed where it comes from and the gate lets it in; all of it is in the record then.
 * It comes before everything else: what is not let in starts no node. Who goes past the gate is in the log and in the notes.
 * Throws RunNotSuccessful, Gate…, BreakGlassForbidden, InputInvalid, and what GitHub and the registry throw.
 */
export async function admitImage(
  ports: DeployPorts,
  request: ReleaseRequest,
  { step, release, alarm, signal }: ReleaseRun,
  credential: RegistryCredential | undefined,
): Promise<string> {
  // What was cut off after it had been let in stays in: a rollback that is under way must not end here.
  if (release.image !== undefined && release.gate !== undefined) return release.image;
  return step('gate', async (say) => {
    const { run, text } = await confirmSource(ports, ports.config.app.source, request, say, signal);
    if (run !== undefined) await ports.releases.update(release.id, { run });
    // A digest that is in the record stays: the tag may have moved since the release was cut off.
    const image = release.image ?? (await pinImage(ports, ports.config.app, request.revision, credential, say, signal));
    await ports.releases.update(release.id, { image });
    const verdict = await gate(ports, request, { image, credential, run }, signal);
    if (verdict.state === 'bypassed')
      await tellBypass(ports.log, { release, alarm }, request.plan === true ? 'plan' : 'deploy', image, verdict);
    await ports.releases.update(release.id, { gate: verdict });
    say(`${text}; ${shortDigest(splitImage(image).digest)} ${describe(verdict)}`);
    return image;
  });
}

/** The rest of a sentence that begins with the image. A tool that did not run is told: its silence looks like a clean scan. */
function describe(verdict: GateRecord): string {
  if (verdict.state === 'bypassed')
    return `WENT PAST THE GATE by ${verdict.by} ("${verdict.reason}"), which says ${verdict.refusal.code}`;
  const { tools, skipped = [] } = verdict;
  const without = skipped.length === 0 ? '' : `, without ${skipped.join(', ')}`;
  return `has a verdict by ${tools.join(', ')}${without}`;
}
