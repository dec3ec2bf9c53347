import { fail } from '../functions/core/errors.ts';
import type { ExitCode } from './exit-code.ts';

export interface Outcome {
  /** Printed with `--json`: one value. */
  json: unknown;
  /** Printed otherwise, if it is not empty. */
  text: string;
  exit: ExitCode;
}

export interface CommandInput {
  /** Values of the options that were given, by name. */
  options: Readonly<Record<string, string | undefined>>;
  /** Options without a value that were given. */
  flags: ReadonlySet<string>;
  positionals: readonly string[];
  /** One line for people while it runs; goes to stderr. */
  say: (line: string) => void;
}

/** One command of `hawser`. To add one: a file in commands/ that exports it, and its line in commands.ts. */
export interface Command {
  /** As typed: `render`, `kubeconfig check`. */
  name: string;
  /** One line for the overview. */
  summary: string;
  /** Names of what follows the command: `FILE`; `[FILE]` may be left out, `FILE…` stands for one or more. Only the last may be either. */
  positionals: readonly string[];
  options: Readonly<Record<string, Option>>;
  run(input: CommandInput): Promise<Outcome>;
}

interface Option {
  /** `value` names what is expected (`NAME`); without it the option is a flag. */
  value?: string;
  isRequired?: boolean;
  help: string;
}

/** The value of an option that was declared as required. Throws InputInvalid. */
export function required(input: CommandInput, name: string): string {
  const value = input.options[name];
  if (value !== undefined && value !== '') return value;
  throw fail('InputInvalid', `--${name} is missing.`);
}
