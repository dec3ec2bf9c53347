import { fail, type ReleaseError } from '../functions/core/errors.ts';

/** For every command that calls AWS. */
export const regionOption = {
  region: { value: 'NAME', help: 'AWS region; otherwise that of AWS_REGION or of the profile' },
} as const;

/** What the SDK throws before it calls anybody, when nothing tells the region. */
export function regionMissing(error: unknown): ReleaseError | undefined {
  if (!(error instanceof Error) || error.message !== 'Region is missing') return undefined;
  return fail('InputInvalid', 'No AWS region is set: give --region, or set AWS_REGION or the region of your profile.');
}
