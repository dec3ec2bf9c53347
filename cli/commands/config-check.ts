import type { Command } from '../command.ts';
import { readConfigFile } from '../config-file.ts';

/** Whether a deploy.yaml would be accepted. A wrong one is ConfigInvalid, with one line for each problem. */
export const configCheckCommand: Command = {
  name: 'config check',
  summary: 'Check deploy.yaml: every problem with its path.',
  positionals: ['[FILE]'],
  options: {},
  run: async ({ positionals }) => {
    const path = positionals[0] ?? 'k8s/deploy.yaml';
    const { app, environments } = await readConfigFile(path);
    const names = Object.keys(environments);
    return {
      json: { ok: true, app: app.name, environments: names },
      text: `${path} is good: ${app.name} to ${names.join(', ')}.`,
      exit: 0,
    };
  },
};
