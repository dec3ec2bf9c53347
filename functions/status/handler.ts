import * as z from 'zod';
import { environmentOf } from '../core/config.ts';
import { describeRelease, describeStatus } from '../core/describe-status.ts';
import { fail } from '../core/errors.ts';
import { handle } from '../runtime/handle.ts';
import { releasePorts } from '../runtime/release-ports.ts';

export const StatusInput = z.strictObject({ environment: z.string().optional(), release: z.string().optional() });

/** `{}`: all environments. `{environment}`: one. `{release}`: the whole record of one release. Reads only. */
export const handler = handle('status', StatusInput, async ({ environment, release }) => {
  const ports = releasePorts();
  if (release !== undefined) {
    const found = await describeRelease(ports, release);
    if (found !== undefined) return found;
    throw fail('ReleaseUnknown', `There is no release ${release}.`, { environment });
  }
  if (environment !== undefined) environmentOf(ports.config, environment);
  return describeStatus(ports, environment === undefined ? Object.keys(ports.config.environments) : [environment]);
});
