import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { load } from 'js-yaml';
import { describe, expect, it, test } from 'vitest';

/** What is looked at of a JSON schema. */
interface Schema {
  description?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  required?: string[];
}

interface Key {
  path: string;
  schema: Schema;
  isRequired: boolean;
}

/** The keys that have a value of their own; `<name>` stands for one of a map, `[]` for one of a list. */
function keysOf(of: Schema, asOne: readonly string[], at = '', isGroupRequired = true): Key[] {
  return Object.entries(of.properties ?? {}).flatMap(([name, inner]) => {
    const path = at === '' ? name : `${at}.${name}`;
    // A group that may be left out may be left out with all that it needs.
    const isRequired = isGroupRequired && of.required?.includes(name) === true;
    if (inner.properties !== undefined) return keysOf(inner, asOne, path, isRequired);
    if (typeof inner.additionalProperties === 'object')
      return keysOf(inner.additionalProperties, asOne, `${path}.<name>`);
    const key = { path, schema: inner, isRequired };
    if (inner.items?.properties === undefined || asOne.includes(path)) return [key];
    return [key, ...keysOf(inner.items, asOne, `${path}[]`)];
  });
}

/**
 * Tests what holds for a file that people write. `written` is the JSON schema that editors check it by, which must be that of `schema`;
 * `sample` is such a file, beside it; `page` explains every key in a table: name, type, default, meaning. All three are paths. The
 * entries of the lists `asOne` are explained elsewhere. Gives the names of the keys, and the examples of the page.
 */
export function testDocumented(
  schema: object,
  { written, sample, page, asOne = [] }: { written: string; sample: string; page: string; asOne?: string[] },
): { keys: string[]; examples: string[] } {
  const keys = keysOf(schema, asOne);
  const [source, text] = [readFileSync(sample, 'utf8'), readFileSync(page, 'utf8')];
  const rows = Array.from(text.matchAll(/^\| `([^`]+)` \| (.+?) \| (.+?) \| (.+) \|$/gm), ([, path, , standard]) => ({
    path,
    standard,
  }));
  const names = keys.map(({ path }) => path);

  describe(`the schema ${basename(written)}`, () => {
    it('is what the file is checked by; UPDATE=1 writes it anew', () => {
      const anew = `${JSON.stringify(schema, null, 2)}\n`;
      if (process.env['UPDATE'] === '1') writeFileSync(written, anew);
      expect(JSON.parse(readFileSync(written, 'utf8'))).toEqual(JSON.parse(anew));
    });

    it('accepts the sample as editors check it, and refuses a key that is not there', () => {
      const accepts = new Ajv2020().compile(JSON.parse(readFileSync(written, 'utf8')) as object);
      const own = load(source) as object;
      expect(accepts(own)).toBe(true);
      expect(accepts({ ...own, colour: 'blue' })).toBe(false);
    });

    it('says of every key what it means', () => {
      expect(keys.filter(({ schema: { description = '' } }) => description === '').map(({ path }) => path)).toEqual([]);
    });

    it('is named in the first line of the sample, for editors', () => {
      expect(source.split('\n')[0]).toBe(`# yaml-language-server: $schema=./${basename(written)}`);
    });
  });

  describe(`the page ${basename(page)}`, () => {
    it('explains every key, and none that is not there', () => {
      expect(rows.map(({ path }) => path).toSorted()).toEqual(names.toSorted());
    });

    test.each(keys)(
      '$path: says whether it is needed, and its default',
      ({ path, isRequired, schema: { default: value } }) => {
        const said = rows.find((row) => row.path === path)?.standard?.replaceAll('`', '') ?? '';
        expect(load(said)).toEqual(value ?? (isRequired ? 'required' : 'none'));
      },
    );
  });

  return { keys: names, examples: Array.from(text.matchAll(/^```yaml\n(.*?)^```$/gms), ([, example = '']) => example) };
}
