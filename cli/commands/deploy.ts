import { required, type Command } from '../command.ts';
import { releaseOptions, runRelease } from '../run-release.ts';

/** Deploys a revision by hand and waits for its end. The same as invoking the deploy function from the AWS console. */
export const deployCommand: Command = {
  name: 'deploy',
  summary: 'Deploy a revision by hand and wait until it serves or has failed.',
  positionals: [],
  options: {
    revision: { value: 'SHA', isRequired: true, help: 'full commit SHA whose image CI has pushed' },
    reason: { value: 'TEXT', help: 'why, for the record' },
    plan: { help: 'only show what would change' },
    ...releaseOptions,
  },
  run: (input) => {
    const { reason } = input.options;
    return runRelease(input, 'deploy', {
      revision: required(input, 'revision'),
      ...(reason === undefined ? {} : { reason }),
      ...(input.flags.has('plan') ? { plan: true } : {}),
    });
  },
};
