import { describe, expect, it, test } from 'vitest';
import { parseArguments } from './arguments.ts';
import type { Command } from './command.ts';

const command = (name: string, more: Partial<Command> = {}): Command => ({
  name,
  summary: '',
  positionals: [],
  options: {},
  run: () => Promise.reject(new Error('not run here')),
  ...more,
});
const commands = [
  command('diff', { options: { live: { value: 'FILE', isRequired: true, help: '' }, force: { help: '' } } }),
  command('kubeconfig check', { positionals: ['FILE'] }),
  command('config check', { positionals: ['[FILE]'] }),
  command('gate', { positionals: ['REPORT…'] }),
];

describe('parseArguments', () => {
  it('finds the command and its options, in any order', () => {
    const { command: found, input } = parseArguments(commands, ['--json', 'diff', '--force', '--live=a b']);
    expect(found?.name).toBe('diff');
    expect(input.options).toEqual({ live: 'a b' });
    expect([...input.flags]).toContain('force');
    expect([...input.flags]).toContain('json');
  });

  it('finds a command of two words and what follows it', () => {
    const { command: found, input } = parseArguments(commands, ['kubeconfig', 'check', 'a.yaml']);
    expect(found?.name).toBe('kubeconfig check');
    expect(input.positionals).toEqual(['a.yaml']);
  });

  test.each([
    ['one that may be left out', ['config', 'check'], []],
    ['the same when it is there', ['config', 'check', 'a'], ['a']],
    ['as many as there are', ['gate', 'a', 'b', 'c'], ['a', 'b', 'c']],
  ])('takes arguments: %s', (_, args, positionals) => {
    expect(parseArguments(commands, args).input.positionals).toEqual(positionals);
  });

  it('asks for nothing when help is wanted', () => {
    expect(parseArguments(commands, ['diff', '-h'])).toMatchObject({ isHelp: true, command: { name: 'diff' } });
    expect(parseArguments(commands, ['--help'])).toMatchObject({ isHelp: true });
  });

  test.each([
    ['no command', [], 'Name a command; there is diff, kubeconfig check, config check, gate.'],
    [
      'a command that is not there',
      ['dif'],
      'There is no command "dif"; there is diff, kubeconfig check, config check, gate.',
    ],
    [
      'unknown options, all by name',
      ['diff', '--liv', 'a', '-x', '--live', 'b'],
      'unknown option --liv; unknown option -x',
    ],
    ['a name that every object has', ['diff', '--constructor', '--live', 'b'], 'unknown option --constructor'],
    ['a missing option', ['diff'], '--live is missing'],
    ['an option without value', ['diff', '--live'], '--live needs a FILE'],
    ['an empty value', ['diff', '--live='], '--live needs a FILE'],
    ['a flag with a value', ['diff', '--live', 'a', '--force=yes'], '--force takes no value'],
    ['an option that is there twice', ['diff', '--live', 'a', '--live', 'b'], '--live is there twice'],
    ['a missing argument', ['kubeconfig', 'check'], 'FILE is missing'],
    ['an argument too many', ['kubeconfig', 'check', 'a', 'b'], 'unexpected argument "b"'],
    ['two where one may be', ['config', 'check', 'a', 'b'], 'unexpected argument "b"'],
    ['none where one must be', ['gate'], 'REPORT… is missing'],
  ])('refuses %s', (_, args, message) => {
    expect(() => parseArguments(commands, args)).toThrow(message);
  });
});
