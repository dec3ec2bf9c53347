import { parseArgs } from 'node:util';
import { fail } from '../functions/core/errors.ts';
import type { Command, CommandInput } from './command.ts';

export interface Parsed {
  command?: Command;
  input: Omit<CommandInput, 'say'>;
  isHelp: boolean;
}

/**
 * Finds the command and reads its options. Every unknown option is refused by name, as are missing and superfluous
 * arguments: throws InputInvalid with all of it.
 */
export function parseArguments(commands: readonly Command[], args: readonly string[]): Parsed {
  const words = wordsOf(args);
  const command = commands.find(({ name }) => isCalledBy(name, args));
  if (command === undefined) {
    const isHelp = words.length === 0 && (args.includes('--help') || args.includes('-h'));
    if (isHelp) return { input: { options: {}, flags: new Set(), positionals: [] }, isHelp };
    const known = commands.map(({ name }) => name).join(', ');
    const what = words.length === 0 ? 'Name a command' : `There is no command ${JSON.stringify(words.join(' '))}`;
    throw fail('InputInvalid', `${what}; there is ${known}.`);
  }
  const parsed = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: { ...optionsOf(command), json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  const positionals = parsed.positionals.slice(command.name.split(' ').length);
  const isHelp = parsed.values['help'] === true;
  const problems = isHelp ? [] : problemsOf(command, parsed.tokens, positionals);
  if (problems.length > 0) throw fail('InputInvalid', `${command.name}: ${problems.join('; ')}.`);

  const options: Record<string, string> = {};
  const flags = new Set<string>();
  for (const [name, value] of Object.entries(parsed.values)) {
    if (typeof value === 'string') options[name] = value;
    else flags.add(name);
  }
  return { command, input: { options, flags, positionals }, isHelp };
}

/** Whether the arguments call the command of that name. */
export function isCalledBy(name: string, args: readonly string[]): boolean {
  const words = wordsOf(args);
  return name.split(' ').every((part, index) => words[index] === part);
}

function wordsOf(args: readonly string[]): string[] {
  return args.filter((word) => !word.startsWith('-'));
}

function optionsOf(command: Command): Record<string, { type: 'string' | 'boolean' }> {
  return Object.fromEntries(
    Object.entries(command.options).map(([name, { value }]) => [
      name,
      { type: value === undefined ? 'boolean' : 'string' },
    ]),
  );
}

type Token =
  | { kind: 'option'; name: string; rawName: string; value?: string | undefined }
  | { kind: 'positional' }
  | { kind: 'option-terminator' };

function problemsOf(command: Command, tokens: readonly Token[], positionals: readonly string[]): string[] {
  const problems: string[] = [];
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const known = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined;
    const isOwn = token.name === 'json' || token.name === 'help';
    if (known === undefined && !isOwn) problems.push(`unknown option ${token.rawName}`);
    if (given.has(token.name)) problems.push(`${token.rawName} is there twice`);
    if (known?.value !== undefined && !token.value) problems.push(`${token.rawName} needs a ${known.value}`);
    if ((isOwn || (known !== undefined && known.value === undefined)) && token.value !== undefined)
      problems.push(`${token.rawName} takes no value`);
    given.add(token.name);
  }
  for (const [name, { isRequired }] of Object.entries(command.options)) {
    if (isRequired === true && !given.has(name)) problems.push(`--${name} is missing`);
  }
  const needed = command.positionals.filter((name) => !name.startsWith('['));
  const most = command.positionals.at(-1)?.endsWith('…') === true ? Infinity : command.positionals.length;
  for (const name of needed.slice(positionals.length)) problems.push(`${name} is missing`);
  for (const word of positionals.slice(most)) problems.push(`unexpected argument ${JSON.stringify(word)}`);
  return problems;
}
