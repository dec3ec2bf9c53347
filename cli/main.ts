import { commands } from './commands.ts';
import { execute } from './execute.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const { outcome, isError, isJson } = await execute(commands, process.argv.slice(2), say);
if (isJson) process.stdout.write(`${JSON.stringify(outcome.json, null, 2)}\n`);
else if (outcome.text !== '') (isError ? process.stderr : process.stdout).write(`${outcome.text}\n`);
process.exitCode = outcome.exit;
