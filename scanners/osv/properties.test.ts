import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../report.ts';
import { damaged } from '../trivy/testing/damage.ts';
import { holdsHoweverItComes, parseWhole } from '../trivy/testing/laws.ts';
import { osv } from './parse.ts';

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8'));

const parse = (report: unknown): Promise<Parsed> => parseWhole(osv, report);

const blocks = (parsed: Parsed): boolean =>
  parsed.valid &&
  parsed.findings.some(
    ({ severity, suppressed }) => suppressed === undefined && (severity === 'critical' || severity === 'high'),
  );

const reports = ['version-1', 'version-2'].map((name) => [name, fixture(name)] as const);

describe.each(reports)('the report of %s', (_, report) => {
  it('holds one finding that blocks', async () => {
    expect(blocks(await parse(report))).toBe(true);
  });

  // The finding with its group, its package or its source can be taken out without a trace; all else is seen.
  it('with one thing wrong it is not valid, or blocks still', async () => {
    await fc.assert(
      fc.asyncProperty(damaged(report), async ({ report: wrong, what }) => {
        const parsed = await parse(wrong);
        expect([what, !parsed.valid || blocks(parsed)]).toEqual([what, true]);
      }),
      { numRuns: 1_000 },
    );
  });

  holdsHoweverItComes(osv, report);
});

describe('any JSON', () => {
  it('is no report, and no crash', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
        expect(await parse(value)).toMatchObject({ valid: false });
      }),
    );
  });
});

describe('what a finding of an image says of its place', () => {
  it('is shown nowhere, in whatever state the report is: it may be a password', async () => {
    const text = JSON.stringify(fixture('version-2'));
    const wrong = fc
      .uuid()
      .chain((secret) =>
        fc.tuple(fc.constant(secret), damaged(JSON.parse(text.replace('users have weak passwords', secret)))),
      );
    await fc.assert(
      fc.asyncProperty(wrong, async ([secret, { report }]) => {
        expect(JSON.stringify(await parse(report))).not.toContain(secret);
      }),
    );
  });
});
