import { asReleaseError, type ErrorCode, type ReleaseError } from '../functions/core/errors.ts';
import { parseArguments } from './arguments.ts';
import type { ExitCode, Outcome } from './command.ts';
import { commands } from './commands.ts';
import { helpFor, overview } from './help.ts';

const exitCodes: Partial<Record<ErrorCode, ExitCode>> = {
  InputInvalid: 2,
  PayloadInvalid: 2,
  ConfigInvalid: 2,
  ManifestInvalid: 2,
  KubeconfigInvalid: 2,
  DeadlineReached: 5,
};

const args = process.argv.slice(2);
const outcome = await execute(args).catch((error: unknown) => failedOutcome(asReleaseError(error)));
const isJson = args.includes('--json') && !args.includes('--help');
if (isJson) process.stdout.write(`${JSON.stringify(outcome.json, null, 2)}\n`);
else (outcome.exit === 0 ? process.stdout : process.stderr).write(`${outcome.text}\n`);
process.exitCode = outcome.exit;

async function execute(words: readonly string[]): Promise<Outcome> {
  const { command, input, isHelp } = parseArguments(commands, words);
  if (command === undefined) return { json: undefined, text: overview(commands), exit: 0 };
  if (isHelp) return { json: undefined, text: helpFor(command), exit: 0 };
  return command.run({ ...input, say: (line) => void process.stderr.write(`${line}\n`) });
}

/** The hint for a wrong call is the help of the command; the catalogue's is about the events of a function. */
function failedOutcome(error: ReleaseError): Outcome {
  const { code, message, details } = error;
  const problems = details['problems'];
  const hint = code === 'InputInvalid' ? 'See: npx hawser --help, or --help after a command' : error.hint;
  return {
    json: { ok: false, code, summary: message, hint, ...(problems === undefined ? {} : { problems }) },
    text: [
      ...(Array.isArray(problems)
        ? [`hawser: ${code}:`, ...problems.map((problem) => `  ${problem}`)]
        : [`hawser: ${message}`]),
      hint,
    ].join('\n'),
    exit: exitCodes[code] ?? 1,
  };
}
