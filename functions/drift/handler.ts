import * as z from 'zod';
import { checkDrift, type DriftAnswer } from '../core/check-drift.ts';
import { describeStatus } from '../core/describe-status.ts';
import { driftResult } from '../core/drift-result.ts';
import { handle } from '../runtime/handle.ts';
import { releasePorts } from '../runtime/release-ports.ts';

export const DriftInput = z.strictObject({ environment: z.string().optional(), all: z.literal(true).optional() });

/** `{environment}` checks one, `{all: true}` (the schedule) all of them. `{}` only tells what is known. */
export const handler = handle('drift', DriftInput, async ({ environment, all }, { signal }) => {
  const ports = releasePorts();
  const names = all === true ? Object.keys(ports.config.environments) : environment === undefined ? [] : [environment];
  if (names.length === 0) {
    const status = await describeStatus(ports, Object.keys(ports.config.environments));
    return { ...status, next: ['Check one environment: {"environment": "production"}. Check all: {"all": true}.'] };
  }
  const answers: [string, DriftAnswer][] = [];
  for (const name of names) answers.push([name, await checkDrift(ports, name, signal)]);
  return driftResult(answers);
});
