import { loadCommands } from './commands.ts';
import { execute } from './execute.ts';
import { isReaderGone, writeJson } from './write-json.ts';

// A reader that has seen enough, such as head, closes its pipe: the rest goes to nobody, and the exit code stays that of the answer.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error) => {
    if (!isReaderGone(error)) throw error;
  });

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const words = process.argv.slice(2);
const { outcome, isError, isJson } = await execute(await loadCommands(words), words, say);
process.exitCode = outcome.exit;
if (isJson) await writeJson(process.stdout, outcome.json);
else if (outcome.text !== '') (isError ? process.stderr : process.stdout).write(`${outcome.text}\n`);
