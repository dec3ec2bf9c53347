import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Config, parseConfig } from '../functions/core/config.ts';
import { testDocumented } from '../scanners/policy/testing/documented.ts';

/** What a person may write, so with durations as text. */
const schema = z.toJSONSchema(Config, {
  io: 'input',
  override: ({ jsonSchema }) => {
    // zod's own word; the pattern beside it says the same.
    if (jsonSchema.format === 'starts_with') delete jsonSchema.format;
  },
});

const { keys, examples } = testDocumented(schema, {
  written: join(import.meta.dirname, 'deploy.schema.json'),
  sample: join(import.meta.dirname, 'deploy.yaml'),
  page: join(import.meta.dirname, '..', 'docs', 'config.md'),
  asOne: ['health'],
});

describe('docs/config.md', () => {
  it('has examples that are accepted, one of which has every key', () => {
    const read = examples.map((example) => load(example));
    expect(read).toHaveLength(2);
    for (const example of read) expect(() => parseConfig(example, 'the example')).not.toThrow();
    const shown = read.map((example) => pathsOf(example as Record<string, unknown>));
    expect(keys.filter((path) => shown[1]?.has(path) !== true)).toEqual([]);
  });
});

function pathsOf(value: Record<string, unknown>, path: string[] = []): Set<string> {
  const paths = Object.entries(value).flatMap(([name, inner]) => {
    const at = [...path, path.join('.') === 'environments' ? '<name>' : name];
    const isGroup = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    return isGroup ? [...pathsOf(inner as Record<string, unknown>, at)] : [at.join('.')];
  });
  return new Set(paths);
}
