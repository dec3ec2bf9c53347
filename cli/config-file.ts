import { parseConfig, type Config } from '../functions/core/config.ts';
import { fail } from '../functions/core/errors.ts';
import { describeProblem } from '../functions/core/render/position.ts';
import { readYaml } from '../functions/core/render/yaml.ts';
import { readText } from './files.ts';

/** Reads and checks a deploy.yaml. Throws InputInvalid when there is none, ConfigInvalid with every problem and its path or line. */
export async function readConfigFile(path: string): Promise<Config> {
  return parseConfigText(path, await readText(path));
}

/** The same for a text that was read already; `path` names it in messages. */
export function parseConfigText(path: string, text: string): Config {
  const { documents, problems } = readYaml(path, text);
  const lines = problems.map((problem) => describeProblem(problem, ''));
  if (documents.length > 1) lines.push(`${path}: has ${documents.length} documents; expected one`);
  if (lines.length === 0) return parseConfig(documents[0]?.value, path);
  throw fail('ConfigInvalid', `${path} cannot be read: ${lines.join('; ')}.`, { source: path, problems: lines });
}
