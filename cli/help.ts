import type { Command } from './command.ts';

/** The overview of all commands. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: hawser COMMAND [OPTIONS]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Every command takes --json (one JSON value on stdout) and --help.',
    'Exit codes: 0 done, 1 failed, 2 bad input, 3 rejected by the gate, 4 busy, 5 deadline.',
  ].join('\n');
}

/** Usage, options and meaning of one command. */
export function helpFor(command: Command): string {
  const options = Object.entries(command.options).map(([name, { value, help, isRequired }]) => ({
    left: `--${name}${value === undefined ? '' : ` ${value}`}`,
    help: isRequired === true ? `${help} (required)` : help,
  }));
  const all = [
    ...options,
    { left: '--json', help: 'one JSON value on stdout and nothing else' },
    { left: '--help', help: 'this text' },
  ];
  const width = Math.max(...all.map(({ left }) => left.length));
  return [
    `Usage: hawser ${[command.name, ...command.positionals].join(' ')} [OPTIONS]`,
    '',
    command.summary,
    '',
    ...all.map(({ left, help }) => `  ${left.padEnd(width)}  ${help}`),
  ].join('\n');
}
