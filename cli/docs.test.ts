import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { functionNames } from '../functions/build.ts';
import { commands } from './commands.ts';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docs', 'cli.md'), 'utf8');
const sections = new Map(
  Array.from(text.matchAll(/^### `hawser ([a-z -]+)`\n(.*?)(?=^##|$(?![^]))/gms), ([, name, section]) => [
    name,
    section,
  ]),
);

describe('docs/cli.md', () => {
  it('has a section for every command, and for no other', () => {
    expect([...sections.keys()].toSorted()).toEqual(commands.map(({ name }) => name).toSorted());
  });

  test.each([...commands])('$name: names its options', ({ name, options }) => {
    const listed = Array.from((sections.get(name) ?? '').matchAll(/^- .*$/gm), ([line]) =>
      Array.from(
        line.split(' ').filter((word) => word.startsWith('`--')),
        (word) => word.replace(/[`,]/g, '').slice(2),
      ),
    ).flat();
    expect(listed.toSorted()).toEqual(Object.keys(options).toSorted());
  });

  it('names every event that can be copied', () => {
    const files = functionNames.flatMap((name) => readdirSync(join(root, 'functions', name, 'events')));
    for (const file of files) expect(text).toContain(`\`${file}\``);
  });
});
