import { required, type Command } from '../command.ts';
import { releaseOptions, runRelease } from '../run-release.ts';

/** Shows what a deploy of the revision would change on the cluster: the same phases, ended before the first write. */
export const planCommand: Command = {
  name: 'plan',
  summary: 'Show what a deploy of the revision would change; starts the node if it sleeps.',
  positionals: [],
  options: {
    revision: { value: 'SHA', isRequired: true, help: 'full commit SHA whose image CI has pushed' },
    ...releaseOptions,
  },
  run: (input) => runRelease(input, 'deploy', { revision: required(input, 'revision'), plan: true }),
};
