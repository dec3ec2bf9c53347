import * as z from 'zod';
import { severities } from '../finding.ts';
import { instantOf } from '../policy/instant.ts';

/** What a signed verdict is called among the attestations of an image. */
export const PREDICATE_TYPE = 'https://hawser.dev/verdict/v1';

/** `sha256:` and 64 hex digits, of an image, its config or a policy. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hex digits');

const line = (longest: number) => z.string().min(1).max(longest);
const count = z.int().nonnegative();
const instant = z.string().refine((text) => instantOf(text) !== undefined, 'expected a date or a time with zone');

const Tool = z.object({
  tool: line(32),
  /** As the scanner calls itself. */
  name: line(200).optional(),
  version: line(200).optional(),
  findings: count.optional(),
  /** What its reports prove that it looked at. */
  coverage: z.record(line(32), count).optional(),
});

const WaiverUsed = z.object({
  /** The advisory or rule, or the fingerprint of the one finding. */
  id: line(300),
  owner: line(200),
  /** A date or a time with zone; at that instant it no longer holds. */
  expires: instant,
});

/** Where the image was made, as the run itself says. A certificate, if there is one, counts for more. */
const Source = z.object({
  repository: line(200),
  repositoryId: z.string().regex(/^\d{1,20}$/, 'expected a number as text'),
  commit: z.string().regex(/^[0-9a-f]{40}$/, 'expected a full commit SHA'),
  ref: line(500),
});

const Workflow = z.object({
  /** In the repository, such as .github/workflows/ci.yml. */
  path: line(500),
  trigger: line(100),
  /** `github-hosted` or `self-hosted`. */
  runner: line(100),
});

const Run = z.object({ id: z.string().regex(/^\d{1,20}$/, 'expected a number as text'), attempt: z.int().positive() });

/**
 * The predicate of a verdict: what the gate decided on an image, by what, and where. Keys that are not here are left alone, so that
 * version 1 can grow.
 */
export const Predicate = z.object({
  verdict: z.enum(['pass', 'block']),
  /** RFC 3339, of the decision. */
  decidedAt: z.iso.datetime({ offset: true }),
  policy: z.object({ digest: Digest }),
  tools: z.array(Tool).min(1).max(100),
  /** Tools that the policy names and that had no report, as it allows. Where it is missing the verdict does not tell: it is an older one. */
  skipped: z.array(line(32)).max(100).optional(),
  counts: z.object(Object.fromEntries(severities.map((severity) => [severity, count]))),
  blocking: count,
  waiversUsed: z.array(WaiverUsed).max(1_000),
  /** Digests of the configs of the images that were scanned. */
  image: z.object({ configs: z.array(Digest).max(100) }),
  source: Source,
  workflow: Workflow,
  run: Run,
});
export type Predicate = z.output<typeof Predicate>;
