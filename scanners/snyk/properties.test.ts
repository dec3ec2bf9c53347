import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Parsed } from '../report.ts';
import { damage, damages, shuffled } from './testing/damage.ts';
import { read, readText } from './testing/report.ts';
import { blockingReports, SECRET } from './testing/reports.ts';

const blocks = (parsed: Parsed): boolean =>
  parsed.valid &&
  parsed.findings.some(
    ({ severity, suppressed }) => ['high', 'critical'].includes(severity) && suppressed === undefined,
  );
/** Findings of a list and of what is in it come in the order of the report. */
const sorted = (parsed: Parsed): unknown =>
  parsed.valid
    ? { ...parsed, findings: [...parsed.findings].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1)) }
    : parsed;

describe('a report with one finding that blocks', () => {
  it('is valid and holds it', async () => {
    await fc.assert(
      fc.asyncProperty(blockingReports, async (report) => {
        const parsed = await read(report);
        expect(parsed).toMatchObject({ valid: true });
        expect(blocks(parsed)).toBe(true);
      }),
    );
  });

  it('is invalid when it is cut off, wherever', async () => {
    const cuts = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    await fc.assert(
      fc.asyncProperty(blockingReports, cuts, async (report, cut) => {
        const text = JSON.stringify(report);
        expect(await readText(text.slice(0, Math.floor(text.length * cut)))).toMatchObject({ valid: false });
      }),
    );
  });

  test.each(Object.keys(damages))('is invalid or still blocks with %s', async (how) => {
    await fc.assert(
      fc.asyncProperty(blockingReports, fc.nat(), fc.nat(), async (report, pick, other) => {
        const parsed = await read(damage(report, how, pick, other));
        expect(!parsed.valid || blocks(parsed)).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it('reads the same with its members in another order', async () => {
    await fc.assert(
      fc.asyncProperty(blockingReports, fc.nat(100_000), async (report, seed) => {
        expect(sorted(await read(shuffled(report, seed)))).toEqual(sorted(await read(report)));
      }),
    );
  });

  it('reads the same in whatever pieces it comes', async () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(blockingReports, cuts, async (report, places) => {
        const bytes = Buffer.from(JSON.stringify(report));
        const at = [0, ...places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(await readText(...pieces)).toEqual(await read(report));
      }),
    );
  });
});

describe('any report', () => {
  const hows = fc.constantFrom(...Object.keys(damages));
  const twice = fc.tuple(hows, fc.nat(), fc.nat(), hows, fc.nat(), fc.nat());

  it('never shows what a secret may be in', async () => {
    await fc.assert(
      fc.asyncProperty(blockingReports, hows, fc.nat(), fc.nat(), async (report, how, pick, other) => {
        expect(JSON.stringify(await read(damage(report, how, pick, other)))).not.toContain(SECRET);
        const error = { ok: false, error: `Bad token ${SECRET}`, path: `https://x:${SECRET}@example.org` };
        const parsed = await read(Array.isArray(report) ? [...(report as unknown[]), error] : error);
        expect(parsed).toMatchObject({ valid: false });
        expect(JSON.stringify(parsed)).not.toContain(SECRET);
      }),
    );
  });

  it('is read or refused, and nothing else, however damaged', async () => {
    await fc.assert(
      fc.asyncProperty(blockingReports, twice, async (report, [first, a, b, second, c, d]) => {
        const parsed = await read(damage(damage(report, first, a, b), second, c, d));
        expect(typeof parsed.valid).toBe('boolean');
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused when it is none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        expect(await read(value)).toMatchObject({ valid: false });
      }),
    );
  });
});
