import type { Command } from '../command.ts';
import { awsOptions, functionsOf } from '../invoke.ts';
import { outcomeOf } from '../run-release.ts';

/** Compares the cluster with what the last good release applied. Exit 1 if something differs. A sleeping node is left asleep. */
export const driftCommand: Command = {
  name: 'drift',
  summary: 'Compare the cluster with the last good release; exit 1 if it has drifted.',
  positionals: [],
  options: { environment: { value: 'NAME', help: 'only this one (all of them)' }, ...awsOptions },
  run: async (input) => {
    const { environment } = input.options;
    const { ask, close } = functionsOf(input);
    try {
      return outcomeOf(await ask('drift', environment === undefined ? { all: true } : { environment }));
    } finally {
      close();
    }
  },
};
