import { dirname } from 'node:path';
import { readTrust } from '../../functions/runtime/read-trust.ts';
import type { Command } from '../command.ts';
import { readConfigFile } from '../config-file.ts';

/** Whether a deploy.yaml would be accepted, with the keys or the trusted root that it names. A wrong one is ConfigInvalid, with each problem. */
export const configCheckCommand: Command = {
  name: 'config check',
  summary: 'Check deploy.yaml: every problem with its path.',
  positionals: ['[FILE]'],
  options: {},
  run: async ({ positionals }) => {
    const path = positionals[0] ?? 'k8s/deploy.yaml';
    const { app, environments, gate } = await readConfigFile(path);
    readTrust(gate, dirname(path));
    const names = Object.keys(environments);
    return {
      json: { ok: true, app: app.name, environments: names },
      text: `${path} is good: ${app.name} to ${names.join(', ')}.`,
      exit: 0,
    };
  },
};
