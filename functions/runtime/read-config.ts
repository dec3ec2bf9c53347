import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { parseConfig, type Config } from '../core/config.ts';
import { fail } from '../core/errors.ts';

/** Reads and checks k8s/deploy.yaml. Throws ConfigInvalid with every problem, or with the line of a syntax error. */
export function readConfig(path: string, name = 'k8s/deploy.yaml'): Config {
  return parseConfig(parse(read(path, name), name), name);
}

function read(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw fail(
      'ConfigInvalid',
      `${name} cannot be read at ${path}.`,
      { source: name, problems: ['no such file'] },
      error,
    );
  }
}

function parse(text: string, name: string): unknown {
  try {
    return load(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw fail('ConfigInvalid', `${name} is not valid YAML: ${reason}.`, { source: name, problems: [reason] }, error);
  }
}
