import { beforeEach, describe, expect, test } from 'vitest';
import type { Site } from '../../core/ports.ts';

export interface SiteHarness {
  site: Site;
  /** Answers from now on at the URL that is returned; undefined: nobody listens there. */
  serve(answer: { status: number; revision?: string } | undefined): Promise<string>;
}

const revision = 'a'.repeat(40);

/** What the check of a deployed app gets to see. */
export function siteContract(name: string, make: () => Promise<SiteHarness>): void {
  describe(`site: ${name}`, () => {
    let harness: SiteHarness;
    const signal = new AbortController().signal;

    beforeEach(async () => {
      harness = await make();
    });

    test.each([
      [{ status: 200, revision }],
      [{ status: 503, revision }],
      [{ status: 302, revision }],
      [{ status: 200 }],
    ])('tells the status and the revision: %j', async (answer) => {
      const { body: _, ...told } = await harness.site.get(await harness.serve(answer), signal);
      expect(told).toEqual(answer);
    });

    test('nobody there is SmokeTestFailed', async () => {
      const url = await harness.serve(undefined);
      await expect(harness.site.get(url, signal)).rejects.toMatchObject({
        code: 'SmokeTestFailed',
        message: expect.stringContaining('no answer') as string,
        details: { url },
      });
    });

    test('ends with the signal, with its reason', async () => {
      const reason = new Error('the time is up');
      const url = await harness.serve({ status: 200, revision });
      await expect(harness.site.get(url, AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}
