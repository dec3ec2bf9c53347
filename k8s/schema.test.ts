import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { load } from 'js-yaml';
import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import { Config, parseConfig } from '../functions/core/config.ts';

const here = import.meta.dirname;
const read = (...path: string[]): string => readFileSync(join(here, ...path), 'utf8');

interface Schema {
  type?: string;
  description?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
}

/** What a person may write, so with durations as text. */
const schema = z.toJSONSchema(Config, {
  io: 'input',
  override: ({ jsonSchema }) => {
    // zod's own word; the pattern beside it says the same.
    if (jsonSchema.format === 'starts_with') delete jsonSchema.format;
  },
}) as Schema;

interface Key {
  path: string;
  isRequired: boolean;
  schema: Schema;
}

/** The keys that have a value of their own; a map's keys are `<name>`. */
function leaves(of: Schema, path: string[] = []): Key[] {
  return Object.entries(of.properties ?? {}).flatMap(([name, inner]) => {
    const at = [...path, name];
    if (inner.properties !== undefined) return leaves(inner, at);
    if (typeof inner.additionalProperties === 'object') return leaves(inner.additionalProperties, [...at, '<name>']);
    return [{ path: at.join('.'), isRequired: of.required?.includes(name) === true, schema: inner }];
  });
}

const keys = leaves(schema);

describe('deploy.schema.json', () => {
  it('is what the config is checked by; UPDATE=1 writes it anew', () => {
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (process.env['UPDATE'] === '1') writeFileSync(join(here, 'deploy.schema.json'), text);
    expect(JSON.parse(read('deploy.schema.json'))).toEqual(JSON.parse(text));
  });

  it('accepts the sample as editors check it, and refuses a key that is not there', () => {
    const accepts = new Ajv2020().compile(JSON.parse(read('deploy.schema.json')) as object);
    const sample = load(read('deploy.yaml')) as object;
    expect(accepts(sample)).toBe(true);
    expect(accepts({ ...sample, colour: 'blue' })).toBe(false);
  });

  it('says of every key what it means', () => {
    expect(keys.filter(({ schema: { description = '' } }) => description === '').map(({ path }) => path)).toEqual([]);
  });

  it('is named in the first line of deploy.yaml, for editors', () => {
    expect(read('deploy.yaml').split('\n')[0]).toBe('# yaml-language-server: $schema=./deploy.schema.json');
  });
});

describe('docs/config.md', () => {
  const text = read('..', 'docs', 'config.md');
  const rows = Array.from(text.matchAll(/^\| `([^`]+)` \| (.+?) \| (.+?) \| (.+) \|$/gm), ([, path, , standard]) => ({
    path,
    standard,
  }));
  const examples = Array.from(text.matchAll(/^```yaml\n(.*?)^```$/gms), ([, example = '']) => load(example));

  it('explains every key, and none that is not there', () => {
    expect(rows.map(({ path }) => path).toSorted()).toEqual(keys.map(({ path }) => path).toSorted());
  });

  test.each(keys)(
    '$path: says whether it is needed, and its default',
    ({ path, isRequired, schema: { default: value } }) => {
      const said = rows.find((row) => row.path === path)?.standard?.replaceAll('`', '') ?? '';
      const isNeeded = isRequired && !isOptionalGroup(path);
      expect(load(said)).toEqual(value ?? (isNeeded ? 'required' : 'none'));
    },
  );

  it('has examples that are accepted, one of which has every key', () => {
    expect(examples).toHaveLength(2);
    for (const example of examples) expect(() => parseConfig(example, 'the example')).not.toThrow();
    const shown = examples.map((example) => pathsOf(example as Record<string, unknown>));
    expect(keys.filter(({ path }) => shown[1]?.has(path) !== true)).toEqual([]);
  });
});

/** `app.pull` may be left out, and only then `app.pull.secret`. */
function isOptionalGroup(path: string): boolean {
  const parents = path.split('.').slice(0, -1);
  let at: Schema = schema;
  for (const name of parents) {
    if (name === '<name>') at = at.additionalProperties as Schema;
    else if (at.required?.includes(name) !== true) return true;
    else at = at.properties?.[name] ?? {};
  }
  return false;
}

function pathsOf(value: Record<string, unknown>, path: string[] = []): Set<string> {
  const paths = Object.entries(value).flatMap(([name, inner]) => {
    const at = [...path, path.join('.') === 'environments' ? '<name>' : name];
    const isGroup = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    return isGroup ? [...pathsOf(inner as Record<string, unknown>, at)] : [at.join('.')];
  });
  return new Set(paths);
}
