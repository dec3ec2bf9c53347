import { expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { removeFields } from './remove.ts';
import type { FieldSet } from './set.ts';

const object = (fields: object): Manifest => ({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, ...fields });
const named = (name: string, below: FieldSet): FieldSet => ({
  [`k:{"name":"${name}"}`]: { '.': {}, 'f:name': {}, ...below },
});

test.each<[string, object, FieldSet, FieldSet[], object]>([
  ['a field', { data: { a: 1, b: 2 } }, { 'f:data': { 'f:a': {} } }, [], { data: { b: 2 } }],
  ['a field that another holds stays', { data: { a: 1 } }, { 'f:data': { 'f:a': {} } }, [{ 'f:data': { 'f:a': {} } }], { data: { a: 1 } }],
  ['what is empty then goes', { data: { a: 1 } }, { 'f:data': { 'f:a': {} } }, [], {}],
  ['what was empty stays', { data: {} }, { 'f:data': { 'f:a': {} } }, [], { data: {} }],
  ['a value that is one', { args: ['a', 'b'] }, { 'f:args': {} }, [], {}],
  ['an item', { list: [{ name: 'a', x: 1 }, { name: 'b' }] }, { 'f:list': named('a', { 'f:x': {} }) }, [], { list: [{ name: 'b' }] }],
  [
    'an item in which another holds a field stays with it',
    { list: [{ name: 'a', x: 1, y: 2 }] },
    { 'f:list': named('a', { 'f:x': {} }) },
    [{ 'f:list': named('a', { 'f:y': {} }) }],
    { list: [{ name: 'a', y: 2 }] },
  ],
  ['a field in an item', { list: [{ name: 'a', x: 1 }] }, { 'f:list': { 'k:{"name":"a"}': { 'f:x': {} } } }, [], { list: [{ name: 'a' }] }],
  ['an item of a set', { tags: ['a', 'b'] }, { 'f:tags': { 'v:"a"': {} } }, [], { tags: ['b'] }],
  ['what is not there', { data: { b: 1 } }, { 'f:data': { 'f:a': {} }, 'f:spec': { 'f:x': {} } }, [], { data: { b: 1 } }],
  ['names of the prototype', { data: { b: 1 } }, { 'f:data': { 'f:constructor': {} } }, [], { data: { b: 1 } }],
])('%s', (_, before, ours, kept, after) => {
  const given = object(before);
  expect(removeFields(given, ours, kept)).toEqual(object(after));
  expect(given).toEqual(object(before));
}); // prettier-ignore
