import { describe, expect, it } from 'vitest';
import { loadCommands } from './commands.ts';

const all = await loadCommands([]);

describe('loadCommands', () => {
  it.each(all.map(({ name }) => name))('loads %s alone when it is called', async (name) => {
    const words = ['--json', ...name.split(' '), 'FILE'];
    expect((await loadCommands(words)).map((one) => one.name)).toEqual([name]);
  });

  it.each([[['nonsense']], [['--help']], [['verdict']]])('loads all for %j', async (words) => {
    expect(await loadCommands(words)).toEqual(all);
  });
});
