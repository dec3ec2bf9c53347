import { describe, expect, it, test } from 'vitest';
import { reasonOf } from '../invalid.ts';
import { readJson } from './read.ts';
import {
  kept,
  listOf,
  mapOf,
  refused,
  skipped,
  skippedList,
  skippedObject,
  taken,
  textual,
  walked,
  type Shape,
} from './shape.ts';
import { visitorOf } from './walk.ts';

async function* bytesOf(report: unknown): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(JSON.stringify(report));
}

/** What each hook was given, in order; or why the report is invalid. */
async function seen(report: unknown): Promise<unknown[] | string> {
  const all: unknown[] = [];
  const note = (...what: unknown[]): void => void all.push(what);
  const shape: Shape = walked(
    {
      ...kept('name', 'age'),
      items: { ...listOf(taken((value, where) => note('item', where, value))), isNullable: true },
      groups: listOf(
        walked(
          { ...kept('id'), tags: listOf(textual((tag, where) => note('tag', where, tag))) },
          {
            entered: () => note('group'),
            left: (own, where) => note('group ended', where, own),
          },
        ),
      ),
      table: mapOf(taken((_, where, key) => note('row', where, key))),
      bad: refused('is bad'),
      config: skipped,
      option: skippedObject,
      options: skippedList,
    },
    { left: (own, where) => note('ended', where, own) },
  );
  try {
    await readJson(bytesOf(report), visitorOf('a report of ours', shape));
    return all;
  } catch (error) {
    return reasonOf(error) ?? String(error);
  }
}

describe('a report of a shape', () => {
  it('gives what is taken, what is kept, and where that is', async () => {
    const groups = [{ tags: ['x', 'y'], id: 1, other: true }, {}];
    expect(await seen({ groups, items: [{ a: [null] }], age: 7, rest: 'x', table: { 'a b': {} }, name: null })).toEqual(
      [
        ['group'],
        ['tag', 'groups[0].tags[0]', 'x'],
        ['tag', 'groups[0].tags[1]', 'y'],
        ['group ended', 'groups[0]', { id: 1 }],
        ['group'],
        ['group ended', 'groups[1]', {}],
        ['item', 'items[0]', { a: [null] }],
        ['row', 'table.…', 'a b'],
        ['ended', '', { age: 7, name: null }],
      ],
    );
  });

  test.each([
    ['null for none', { items: null }],
    ['what does not matter', { config: [{}], option: { a: [1] }, options: [{}] }],
    ['a text that does not matter', { config: 'x' }],
    ['plain values that are not known', { a: 1, b: null, c: 'x', d: false }],
  ])('may hold %s', async (_, report) => {
    expect(await seen(report)).toEqual([['ended', '', {}]]);
  });

  test.each<[string, unknown, string]>([
    ['a list', [], 'is not a report of ours: it is no object'],
    ['null', null, 'is not a report of ours: it is no object'],
    [
      'an object that is not known',
      { other: {} },
      'is not a report of ours, or of a newer version: it has a field other that this version cannot read',
    ],
    ['a list deeper inside', { groups: [{ other: [] }] }, 'has a field groups[0].other that this version cannot read'],
    ['a strange key', { groups: [{ 'p w': [] }] }, 'has a field groups[0].… that this version cannot read'],
    [
      'a key of every object',
      { groups: [{ constructor: {} }] },
      'has a field groups[0].constructor that this version cannot read',
    ],
    ['null for a list', { groups: null }, 'has another shape than expected: groups is no list'],
    ['an object for a list', { items: {} }, 'has another shape than expected: items is no list'],
    ['a text in a list of objects', { items: ['x'] }, 'has another shape than expected: items[0] is no object'],
    ['a list in a list of objects', { items: [[]] }, 'has another shape than expected: items[0] is no object'],
    ['an object for a text', { name: {} }, 'has another shape than expected: name is no plain value'],
    ['a number in a list of texts', { groups: [{ tags: [1] }] }, 'has groups[0].tags[0] that is no text'],
    ['a list for an object that is skipped', { option: [] }, 'has another shape than expected: option is no object'],
    ['an object for a list that is skipped', { options: {} }, 'has another shape than expected: options is no list'],
    ['what it must not hold', { bad: [] }, 'is bad'],
    ['a plain value that it must not hold', { bad: 0 }, 'is bad'],
  ])('is refused for %s', async (_, report, reason) => {
    expect(await seen(report)).toBe(reason);
  });
});
