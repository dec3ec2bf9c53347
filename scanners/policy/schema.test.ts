import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { load } from 'js-yaml';
import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import { defaultPolicy, readPolicy } from './policy.ts';
import { Policy } from './schema.ts';

const folder = join(import.meta.dirname, '..');
const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');

interface Schema {
  description?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  required?: string[];
}

const schema = z.toJSONSchema(Policy, { io: 'input' }) as Schema;

interface Key {
  path: string;
  schema: Schema;
  isRequired: boolean;
}

/** Every key that a person may write; `<name>` stands for one of a map, `[]` for one of a list. */
function keysOf(of: Schema, at: string): Key[] {
  return Object.entries(of.properties ?? {}).flatMap(([name, inner]) => {
    const path = at === '' ? name : `${at}.${name}`;
    const key = { path, schema: inner, isRequired: of.required?.includes(name) === true };
    if (inner.properties !== undefined) return keysOf(inner, path);
    if (typeof inner.additionalProperties === 'object') return keysOf(inner.additionalProperties, `${path}.<name>`);
    return inner.items?.properties === undefined ? [key] : [key, ...keysOf(inner.items, `${path}[]`)];
  });
}

const keys = keysOf(schema, '');

describe('policy.schema.json', () => {
  it('is what the policy is checked by; UPDATE=1 writes it anew', () => {
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    if (process.env['UPDATE'] === '1') writeFileSync(join(folder, 'policy.schema.json'), text);
    expect(JSON.parse(read('policy.schema.json'))).toEqual(JSON.parse(text));
  });

  it('accepts the policy of this project as editors check it, and refuses a key that is not there', () => {
    const accepts = new Ajv2020().compile(JSON.parse(read('policy.schema.json')) as object);
    const own = load(read('policy.yaml')) as object;
    expect(accepts(own)).toBe(true);
    expect(accepts({ ...own, waiver: [] })).toBe(false);
  });

  it('says of every key what it means', () => {
    expect(keys.filter(({ schema: { description = '' } }) => description === '').map(({ path }) => path)).toEqual([]);
  });

  it('is named in the first line of policy.yaml, for editors', () => {
    expect(read('policy.yaml').split('\n')[0]).toBe('# yaml-language-server: $schema=./policy.schema.json');
  });
});

describe('policy.yaml', () => {
  it('blocks any secret, and what is high or critical, and expects the tools of the pipeline', () => {
    const { policy } = readPolicy('scanners/policy.yaml', read('policy.yaml'));
    expect(policy.categories).toEqual(defaultPolicy.categories);
    expect(Object.keys(policy.tools).filter((name) => policy.tools[name]?.optional === undefined)).toEqual([
      'gitleaks',
      'semgrep',
      'trivy',
    ]);
    expect(policy.tools['snyk']?.optional).toMatch(/fork/);
    expect(policy).toMatchObject({ eol: 'block', kev: { found: 'block', excusedBy: [] } });
  });
});

describe('docs/policy.md', () => {
  const text = read('..', 'docs', 'policy.md');
  const rows = Array.from(text.matchAll(/^\| `([^`]+)` \| (.+?) \| (.+?) \| (.+) \|$/gm), ([, path, , standard]) => ({
    path,
    standard,
  }));
  const examples = Array.from(text.matchAll(/^```yaml\n(.*?)^```$/gms), ([, example = '']) => example);

  it('explains every key, and none that is not there', () => {
    expect(rows.map(({ path }) => path).toSorted()).toEqual(keys.map(({ path }) => path).toSorted());
  });

  test.each(keys)(
    '$path: says whether it is needed, and its default',
    ({ path, isRequired, schema: { default: value } }) => {
      const said = rows.find((row) => row.path === path)?.standard?.replaceAll('`', '') ?? '';
      expect(load(said)).toEqual(value ?? (isRequired ? 'required' : 'none'));
    },
  );

  it('has examples that are accepted', () => {
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) expect(() => readPolicy('the example', example)).not.toThrow();
  });
});
