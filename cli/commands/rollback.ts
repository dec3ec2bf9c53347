import { required, type Command } from '../command.ts';
import { releaseOptions, runRelease } from '../run-release.ts';

/** Brings back the objects and the image of an earlier release and waits until they serve. Data is not brought back. */
export const rollbackCommand: Command = {
  name: 'rollback',
  summary: 'Bring back the last good release, or a certain one; nothing is built again.',
  positionals: [],
  options: {
    to: { value: 'RELEASE', help: 'id of a release that succeeded (the last good one before the live one)' },
    reason: { value: 'TEXT', isRequired: true, help: 'why, for the record' },
    ...releaseOptions,
  },
  run: (input) => {
    const { to } = input.options;
    return runRelease(input, 'rollback', {
      reason: required(input, 'reason'),
      ...(to === undefined ? {} : { to }),
    });
  },
};
