import { health, type Health } from '../../functions/core/health/health.ts';
import { describeRef, refOf, type Ref } from '../../functions/core/kubernetes.ts';
import type { Command } from '../command.ts';
import { readConfigFile } from '../config-file.ts';
import { readObjects } from '../files.ts';
import { printable, table } from '../text.ts';

interface Answer extends Health {
  ref: Ref;
}

/** How saved objects are doing, e.g. of `kubectl get all,pvc,storageclass -o yaml`. Each is told by all the others of the file too. */
export const healthCommand: Command = {
  name: 'health',
  summary: 'Say how saved objects are doing: Healthy, Progressing, Degraded, Suspended, Missing or Unknown.',
  positionals: ['FILE'],
  options: { config: { value: 'FILE', help: 'a deploy.yaml, for its rules under health' } },
  run: async ({ positionals, options }) => {
    const objects = await readObjects(positionals[0] ?? '');
    const file = options['config'];
    const rules = file === undefined ? [] : (await readConfigFile(file)).health;
    const answers = objects.map((object): Answer => ({ ref: refOf(object), ...health(object, objects, rules) }));
    return { json: answers, text: describe(answers), exit: 0 };
  },
};

function describe(answers: readonly Answer[]): string {
  const rows = answers.map(({ ref, status, reason, message }) => [status, describeRef(ref), reason, message]);
  return table([['STATUS', 'OBJECT', 'REASON', 'MESSAGE'], ...rows].map((row) => row.map(printable))).join('\n');
}
