import * as z from 'zod';
import { fail } from '../functions/core/errors.ts';
import { severities } from '../scanners/finding.ts';
import type { Decided } from '../scanners/verdict/make.ts';
import { readText } from './files.ts';

const count = z.int().nonnegative();
const Waiver = z
  .object({
    id: z.string().optional(),
    fingerprint: z.string().optional(),
    owner: z.string(),
    expires: z.string(),
  })
  .refine(({ id, fingerprint }) => id !== undefined || fingerprint !== undefined, 'expected id, fingerprint or both');

const Report = z.object({
  tool: z.string(),
  scanner: z.object({ name: z.string(), version: z.string().optional() }).optional(),
  subject: z.object({ imageId: z.string().optional() }).optional(),
  coverage: z.record(z.string(), count).optional(),
  findings: count.optional(),
});

/** What a predicate is made of, and the reasons. Everything else that the gate prints is left out; what values may be is up to the predicate. */
const GateFile = z.object({
  verdict: z.enum(['pass', 'block', 'invalid']),
  counts: z.object(Object.fromEntries(severities.map((severity) => [severity, count]))),
  blocking: count,
  reasons: z.array(z.string()),
  waivers: z.object({ used: z.array(z.object({ waiver: Waiver })) }),
  decidedBy: z.object({
    at: z.string(),
    policy: z.object({ digest: z.string() }),
    reports: z.array(Report),
    skipped: z.array(z.object({ tool: z.string() })),
  }),
});

/**
 * What `hawser gate --json` printed into the file, as far as a verdict is made of it, with a sentence for each reason why it is not
 * `pass`. Throws InputInvalid with every problem of it.
 */
export async function readGateFile(path: string): Promise<Decided & { reasons: string[] }> {
  const text = await readText(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fail('InputInvalid', `${path} is not JSON; expected what hawser gate --json prints.`, {}, error);
  }
  const read = GateFile.safeParse(json);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path: at, message }) => `${at.join('.') || '(top)'}: ${message}`);
  throw fail('InputInvalid', `${path} is not what hawser gate --json prints: ${problems.join('; ')}.`, {
    source: path,
    problems,
  });
}
