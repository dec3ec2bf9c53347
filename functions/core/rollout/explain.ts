import { fail, type Details, type ErrorCode } from '../errors.ts';
import { failureOf } from '../failure.ts';
import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import type { Failure } from '../release.ts';
import { diagnose, failureOfTrouble } from './diagnosis.ts';
import type { Evidence } from './evidence.ts';
import { placeOf, type Observation } from './observation.ts';
import { join } from './progress.ts';
import { verdictAtDeadline } from './rollout.ts';
import type { Seen } from './seen.ts';
import { standingTrouble } from './standing.ts';

/** What a failure is told from, besides what was seen. `facts` fill hints that the cluster cannot. */
export interface Told {
  evidence: Evidence;
  events: readonly Manifest[];
  facts: Details;
}

/** The failure that this object ends the release with. `timedOut`: no doom was seen, so the cause is what it still waited for. */
export async function explain(seen: Seen, told: Told, timedOut: boolean): Promise<Failure> {
  const { observation, standing, object, verdict } = seen;
  if (observation !== undefined) {
    const known = liesInNodes(observation) ? await told.evidence.surroundings(observation) : observation;
    return diagnose(known, { logs: await told.evidence.logs(observation), timedOut, facts: told.facts });
  }
  if (standing !== undefined) return failureOfTrouble(standingTrouble(standing), [standing.object], told.events, []);
  const subject = describeRef(refOf(object));
  const { namespace, object: name } = placeOf(object);
  const message = verdict.state === 'failed' ? verdict.message : `${subject} was not there when the time was up.`;
  return failureOf(fail('RolloutTimedOut', message, { namespace, object: name }), { subject });
}

/** Causes that are told with the numbers, the taints or the platform of the nodes. */
const ofNodes = new Set<ErrorCode>([
  'Unschedulable',
  'PortTaken',
  'NodeNotReady',
  'NodeUnderPressure',
  'ImagePlatformMismatch',
]);

function liesInNodes(observation: Observation): boolean {
  return ofNodes.has(verdictAtDeadline(observation).code);
}

/** The failure of a release that ran out of time: of the object with a known cause, if there is one; the others are named. */
export async function explainTimeout(waiting: readonly Seen[], told: Told): Promise<Failure | undefined> {
  const known = waiting.find((seen) => hasCause(seen));
  const blamed = known ?? waiting[0];
  if (blamed === undefined) return undefined;
  const failure = await explain(blamed, told, true);
  const others = waiting.filter((seen) => seen !== blamed).map(({ object }) => describeRef(refOf(object)));
  if (others.length === 0) return failure;
  return { ...failure, message: `${failure.message} Not ready either: ${join(others, ', ', ' and ')}.` };
}

function hasCause({ observation, standing }: Seen): boolean {
  if (observation !== undefined) return verdictAtDeadline(observation).code !== 'RolloutTimedOut';
  return standing !== undefined && standingTrouble(standing).code !== 'RolloutTimedOut';
}
