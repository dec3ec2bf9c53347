import { loadCommands } from './commands.ts';
import { execute } from './execute.ts';
import { writeJson } from './write-json.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const words = process.argv.slice(2);
const { outcome, isError, isJson } = await execute(await loadCommands(words), words, say);
process.exitCode = outcome.exit;
if (isJson) await writeJson(process.stdout, outcome.json);
else if (outcome.text !== '') (isError ? process.stderr : process.stdout).write(`${outcome.text}\n`);
