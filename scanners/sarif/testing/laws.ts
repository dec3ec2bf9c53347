import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ReportParser } from '../../report.ts';
import { reordered } from './damage.ts';
import { read } from './reading.ts';

/** What holds for every report of a tool, whatever is in it; to be called within a `describe`. */
export function holdsForAll(parser: ReportParser, reports: fc.Arbitrary<Record<string, unknown>>): void {
  it('one that is cut off is never a shorter one', async () => {
    const cut = fc
      .tuple(reports, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }))
      .map(([value, part]) => {
        const whole = JSON.stringify(value);
        return whole.slice(0, Math.floor(whole.length * part));
      });
    await fc.assert(
      fc.asyncProperty(cut, async (value) => {
        expect(await read(parser, value)).toMatchObject({ valid: false });
      }),
    );
  });

  it('says the same in pieces of any size, and with its members in any order', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(reports, sizes, fc.infiniteStream(fc.nat()), async (value, pieces, turns) => {
        const whole = await read(parser, value);
        expect(whole.valid).toBe(true);
        expect(await read(parser, value, pieces)).toEqual(whole);
        const mixed = reordered(value, () => turns.next().value ?? 0);
        expect(await read(parser, mixed)).toEqual(whole);
      }),
    );
  });
}
