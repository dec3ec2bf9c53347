import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseReport, type Parsed, type ReportParser } from '../../report.ts';
import { reordered } from './damage.ts';

async function* inChunks(bytes: Uint8Array, size = bytes.length || 1): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const bytesOf = (report: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(report));

export function parseWhole(parser: ReportParser, report: unknown): Promise<Parsed> {
  return parseReport(parser, inChunks(bytesOf(report)));
}

/** What holds for a report that is valid, however it comes; to be called within a `describe`. */
export function holdsHoweverItComes(parser: ReportParser, report: unknown): void {
  it('is not valid when it is cut off, wherever', async () => {
    const bytes = bytesOf(report);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        expect(await parseReport(parser, inChunks(bytes.subarray(0, length)))).toMatchObject({ valid: false });
      }),
    );
  });

  it('says the same whatever the order of members', async () => {
    const expected = await parseWhole(parser, report);
    await fc.assert(
      fc.asyncProperty(reordered(report), async (other) => {
        expect(await parseWhole(parser, other)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('says the same whatever the chunks', async () => {
    const expected = await parseWhole(parser, report);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5_000 }), async (size) => {
        expect(await parseReport(parser, inChunks(bytesOf(report), size))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
}
