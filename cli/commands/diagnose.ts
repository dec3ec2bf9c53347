import { diagnoseObjects } from '../../functions/core/rollout/saved-diagnosis.ts';
import type { Command } from '../command.ts';
import { readObjects, readText } from '../files.ts';

/** Says why something fails, from objects and Events that were saved, e.g. `kubectl get all,pvc,events,nodes -A -o yaml`. */
export const diagnoseCommand: Command = {
  name: 'diagnose',
  summary: 'Say why something fails, from a saved List: workloads, Pods, claims, Nodes and Events, or a part of them.',
  positionals: ['FILE'],
  options: { logs: { value: 'FILE', help: 'the last log lines of the container, for the cause in its own words' } },
  run: async (input) => {
    const objects = await readObjects(input.positionals[0] ?? '');
    const logsFile = input.options['logs'];
    const logs = logsFile === undefined ? [] : (await readText(logsFile)).split('\n');
    const failure = diagnoseObjects(objects, logs, new Date());
    if (failure === undefined) {
      const summary = 'Nothing is wrong that these objects show.';
      return { json: { code: null, summary, hint: null, subject: null }, text: summary, exit: 0 };
    }
    const { code, message: summary, hint, subject = null } = failure;
    return { json: { code, summary, hint, subject }, text: `${code}: ${summary}\n${hint}`, exit: 0 };
  },
};
