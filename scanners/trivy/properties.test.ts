import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../report.ts';
import { damaged } from './testing/damage.ts';
import { holdsHoweverItComes, parseWhole } from './testing/laws.ts';
import { trivy } from './parse.ts';

interface Report {
  Results: Record<string, unknown>[];
}

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8'));

const parse = (report: unknown): Promise<Parsed> => parseWhole(trivy, report);

const blocks = (parsed: Parsed): boolean =>
  parsed.valid &&
  parsed.findings.some(
    ({ category, severity, suppressed }) =>
      suppressed === undefined && (category === 'secret' || severity === 'critical' || severity === 'high'),
  );

/** The report on an image with only one of its lists of findings. */
function only(list: string): Report {
  const report = fixture('image') as Report;
  const results = report.Results.map((result) =>
    Object.fromEntries(
      Object.entries(result).filter(([key, value]) => key === list || key === 'Packages' || !Array.isArray(value)),
    ),
  );
  return { ...report, Results: results };
}

/** Each holds one finding that blocks, and others that do not. */
const blocking: readonly (readonly [string, unknown])[] = [
  ['a vulnerability', only('Vulnerabilities')],
  ['a misconfiguration', only('Misconfigurations')],
  ['a secret', only('Secrets')],
  ['a licence', only('Licenses')],
  ['a cluster, the vulnerability', without(fixture('cluster'), 'KSV-0017')],
  ['a cluster, the misconfiguration', without(fixture('cluster'), 'CVE-2024-1001')],
  ['a cluster of the first versions', without(fixture('cluster-first'), 'KSV-0017')],
  ['a report before 0.20', fixture('legacy')],
];

/** Without this finding. */
function without(value: unknown, id: string): unknown {
  if (Array.isArray(value))
    return value
      .filter((one: { ID?: string; VulnerabilityID?: string }) => (one.ID ?? one.VulnerabilityID) !== id)
      .map((one) => without(one, id));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, without(one, id)]));
}

const reports = ['image', 'cluster', 'cluster-first', 'legacy'].map((name) => [name, fixture(name)] as const);

describe.each(blocking)('a report with one finding that blocks: %s', (name, report) => {
  it('blocks', async () => {
    expect(blocks(await parse(report))).toBe(true);
  });

  /**
   * Trivy leaves out what is empty, and before 0.20 wrote null for it. So the finding, its list, its target or a scalar that only rates
   * can be taken out, and in the oldest reports the list be null, without a trace; all else is seen.
   */
  it('with one thing wrong it is not valid, or blocks still', async () => {
    const isTold = (what: string): boolean =>
      name !== 'a report before 0.20' || what !== 'a value is null: Vulnerabilities';
    await fc.assert(
      fc.asyncProperty(
        damaged(report).filter(({ what }) => isTold(what)),
        async ({ report: wrong, what }) => {
          const parsed = await parse(wrong);
          expect([what, !parsed.valid || blocks(parsed)]).toEqual([what, true]);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe.each(reports)('the report %s', (_, report) => {
  holdsHoweverItComes(trivy, report);
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

describe('a secret', () => {
  it('is shown nowhere, in whatever state the report is', async () => {
    const secret = fc.uuid();
    const wrong = secret.chain((value) => {
      const text = JSON.stringify(only('Secrets')).replaceAll('****', value);
      return fc.tuple(fc.constant(value), damaged(JSON.parse(text)));
    });
    await fc.assert(
      fc.asyncProperty(wrong, async ([value, { report }]) => {
        // A damage can put the line in the place of its title: what is not a secret's field is not known to be one.
        fc.pre(!JSON.stringify(report).match(`"(Title|RuleID|Target)":[^,}]*${value}`));
        expect(JSON.stringify(await parse(report))).not.toContain(value);
      }),
    );
  });
});
