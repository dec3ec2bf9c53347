import { asReleaseError, type ErrorCode, type ReleaseError } from '../functions/core/errors.ts';
import { parseArguments } from './arguments.ts';
import type { Command, Outcome } from './command.ts';
import { exitCodeOfError } from './exit-code.ts';
import { helpFor, overview } from './help.ts';

/** The catalogue's hints speak to who reads a result; these to who typed a command. */
const hints: Partial<Record<ErrorCode, string>> = {
  InputInvalid: 'See: npx hawser --help, or --help after a command',
  AccessDenied: 'Use credentials that may do that: set AWS_PROFILE, or sign in again.',
  RegistryUnauthorized: 'Give a user and a password that are valid: --username and HAWSER_REGISTRY_PASSWORD.',
  ImagePullDenied:
    'Give a user that may: --username and HAWSER_REGISTRY_PASSWORD. On GHCR a token with read:packages, to attach write:packages.',
  AwsUnavailable: 'Check the network and the region. What was begun goes on in AWS: npx hawser status',
};

/** Where the outcome is printed: `isError` is what kept a command from answering; an answer may have any exit code. */
export interface Execution {
  outcome: Outcome;
  isError: boolean;
  isJson: boolean;
}

/** Runs the command that `words` name. Never throws: what goes wrong is an outcome with a sentence, a hint and an exit code. */
export async function execute(
  commands: readonly Command[],
  words: readonly string[],
  say: (line: string) => void,
): Promise<Execution> {
  const isJson = words.includes('--json');
  try {
    const { command, input, isHelp } = parseArguments(commands, words);
    if (command === undefined) return help(overview(commands));
    if (isHelp) return help(helpFor(command));
    return { outcome: await command.run({ ...input, say }), isError: false, isJson };
  } catch (error) {
    return { outcome: failedOutcome(asReleaseError(error)), isError: true, isJson };
  }
}

function help(text: string): Execution {
  return { outcome: { json: undefined, text, exit: 0 }, isError: false, isJson: false };
}

function failedOutcome(error: ReleaseError): Outcome {
  const { code, message, details } = error;
  const { problems, source = code } = details;
  const hint = hints[code] ?? error.hint;
  return {
    json: { ok: false, code, summary: message, hint, ...(problems === undefined ? {} : { problems }) },
    text: [
      ...(Array.isArray(problems)
        ? [`hawser: ${String(source)}: ${code}:`, ...problems.map((problem) => `  ${problem}`)]
        : [`hawser: ${message}`]),
      hint,
    ].join('\n'),
    exit: exitCodeOfError(error),
  };
}
