import { required, type Command } from '../command.ts';
import { runPredicate } from '../run-predicate.ts';

/** The predicate of a verdict, for whoever signs it. Only a verdict that passes has one. */
export const verdictPredicateCommand: Command = {
  name: 'verdict predicate',
  summary: 'In a workflow: print what is signed of a verdict, from what the gate decided and from the run itself.',
  positionals: [],
  options: { gate: { value: 'FILE', isRequired: true, help: 'what hawser gate --json printed' } },
  run: async (input) => {
    const predicate = await runPredicate(required(input, 'gate'), process.env);
    if (predicate.image.configs.length === 0)
      input.say('No report is of an image: the verdict does not say which image was scanned.');
    return { json: predicate, text: JSON.stringify(predicate, null, 2), exit: 0 };
  },
};
