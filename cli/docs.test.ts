import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { functionNames } from '../functions/build.ts';
import { catalogue } from '../functions/core/errors.ts';
import { Predicate } from '../scanners/verdict/predicate.ts';
import { loadCommands } from './commands.ts';

const commands = await loadCommands([]);
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

describe('docs/verdict.md', () => {
  const page = readFileSync(join(root, 'docs', 'verdict.md'), 'utf8');

  it('shows a predicate that is one, with every key', () => {
    const [, example = ''] = /^```json\n(.*?)^```$/ms.exec(page) ?? [];
    const json: unknown = JSON.parse(example);
    expect(Predicate.parse(json)).toEqual(json);
    expect(Object.keys(json as object).toSorted()).toEqual(Object.keys(Predicate.shape).toSorted());
  });

  it('has a row for every code of the gate, which leads to its section', () => {
    const rows = Array.from(page.matchAll(/^\|.*\| \[(\w+)\]\(errors\.md#(\w+)\) \|$/gm), ([, code = '', anchor]) => [
      code,
      anchor,
    ]);
    const codes = Object.keys(catalogue).filter((code) => code.startsWith('Gate'));
    expect(rows.toSorted()).toEqual(codes.map((code) => [code, code.toLowerCase()]).toSorted());
  });
});
