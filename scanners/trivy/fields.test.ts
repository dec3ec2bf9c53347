import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Json } from '../json/shape.ts';
import { licenceFields, licenceOf } from './licence.ts';
import { misconfigurationFields, misconfigurationOf } from './misconfiguration.ts';
import { modifiedFields, modifiedOf } from './modified.ts';
import { secretFields, secretOf } from './secret.ts';
import { vulnerabilityFields, vulnerabilityOf } from './vulnerability.ts';

const report = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', 'image.json'), 'utf8')) as {
  Results: Record<string, Json[] | undefined>[];
};

test.each([
  ['Vulnerabilities', vulnerabilityFields, vulnerabilityOf],
  ['Misconfigurations', misconfigurationFields, misconfigurationOf],
  ['Secrets', secretFields, secretOf],
  ['Licenses', licenceFields, licenceOf],
  ['ExperimentalModifiedFindings', modifiedFields, modifiedOf],
] as const)('what is read of an entry of %s is what is kept of it', (list, fields, read) => {
  const entries = report.Results.flatMap((result) => result[list] ?? []);
  const asked = new Set<string>();
  const get = (entry: Json, key: string): unknown => {
    asked.add(key);
    return entry[key];
  };
  for (const entry of entries) read(new Proxy(entry, { get }), list);
  expect(entries.length).toBeGreaterThan(0);
  expect([...asked].toSorted()).toEqual(fields.toSorted());
});
