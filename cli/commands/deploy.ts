import { fail } from '../../functions/core/errors.ts';
import { isPlainLine, NOT_PLAIN } from '../../functions/core/plain-line.ts';
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
    'break-glass': { help: 'deploy although the gate does not accept the image; needs --actor and --reason' },
    ...releaseOptions,
  },
  run: (input) => {
    const { reason } = input.options;
    const breakGlass = input.flags.has('break-glass');
    // The user name of this computer is nobody to answer for it.
    const vague = ['actor', 'reason'].filter((name) => !isPlainLine(input.options[name] ?? ''));
    if (breakGlass && vague.length > 0)
      throw fail(
        'InputInvalid',
        `deploy: --break-glass needs --actor and --reason: who answers for it, and why. ${vague.map((name) => `--${name} ${NOT_PLAIN}`).join('; ')}.`,
      );
    return runRelease(input, 'deploy', {
      revision: required(input, 'revision'),
      ...(reason === undefined ? {} : { reason }),
      ...(input.flags.has('plan') ? { plan: true } : {}),
      ...(breakGlass ? { breakGlass } : {}),
    });
  },
};
