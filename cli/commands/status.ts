import type { Command } from '../command.ts';
import { exitCodeOfAnswer } from '../exit-code.ts';
import { awsOptions, functionsOf } from '../invoke.ts';
import { outcomeOf } from '../run-release.ts';

/** Tells the state of the environments, of one, or the whole record of one release. Wakes nothing and changes nothing. */
export const statusCommand: Command = {
  name: 'status',
  summary: 'Tell what serves where, the last releases, or the record of one release.',
  positionals: [],
  options: {
    environment: { value: 'NAME', help: 'only this one' },
    release: { value: 'ID', help: 'the record of this release' },
    ...awsOptions,
  },
  run: async (input) => {
    const { environment, release } = input.options;
    const { ask, close } = functionsOf(input);
    try {
      const answer = await ask('status', {
        ...(environment === undefined ? {} : { environment }),
        ...(release === undefined ? {} : { release }),
      });
      // A record that was told is a question answered, however the release ended: release.outcome says that.
      return outcomeOf(answer, answer.release === undefined ? exitCodeOfAnswer(answer) : 0);
    } finally {
      close();
    }
  },
};
