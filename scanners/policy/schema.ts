import * as z from 'zod';
import { instantOf } from './instant.ts';
import { parsePurl } from './purl.ts';

export const categories = ['secret', 'vulnerability', 'code', 'misconfiguration', 'licence', 'web'] as const;

const thresholds = ['any', 'info', 'low', 'medium', 'high', 'critical', 'never'] as const;
export type Threshold = (typeof thresholds)[number];

const text = (max: number): z.ZodString => z.string().regex(/\S/, 'expected some text').max(max);
const count = z.int().min(1);

const threshold = (level: Threshold) =>
  z
    .enum(thresholds)
    .default(level)
    .describe('The lowest severity that blocks; any: all, also what has none; never: no severity does');
const unknown = z
  .enum(['block', 'warn'])
  .default('warn')
  .describe('What a finding does that its tool gives no severity');
const newOnly = z
  .boolean()
  .default(false)
  .describe('Whether what the baseline lists does not block. Without a baseline everything is new');
const suppressions = (standard: 'inSource' | 'refuse') =>
  z
    .enum(['inSource', 'honour', 'refuse'])
    .default(standard)
    .describe(
      'What the tool was told not to count; inSource: may pass if a comment beside the code says so; honour: also if a file or a service of the tool’s own does; refuse: counts all the same',
    );

const ordinary = (standard: 'inSource' | 'refuse') =>
  z.strictObject({ block: threshold('high'), unknown, newOnly, suppressions: suppressions(standard) }).prefault({});

const Categories = z.strictObject({
  secret: z
    .strictObject({
      block: z.literal('any').default('any').describe('Any secret blocks: most tools rate none'),
      newOnly,
      suppressions: suppressions('refuse'),
    })
    .prefault({})
    .describe('Credentials in code, history or image'),
  vulnerability: z
    .strictObject({
      block: threshold('high'),
      unknown,
      unfixed: z
        .enum(thresholds)
        .optional()
        .describe('The same for one that has no fix, by every tool that found it; as `block` otherwise'),
      newOnly,
      suppressions: suppressions('refuse'),
    })
    .refine(({ block, unfixed = block }) => thresholds.indexOf(unfixed) >= thresholds.indexOf(block), {
      path: ['unfixed'],
      message: 'expected the severity of block or a higher one: what has no fix cannot count for more',
    })
    .prefault({})
    .describe('Known weaknesses of packages'),
  code: ordinary('inSource').describe('Weaknesses in the own code'),
  misconfiguration: ordinary('inSource').describe('Dockerfile, manifests, infrastructure'),
  licence: ordinary('refuse').describe('Licences of packages'),
  web: ordinary('refuse').describe('What a scan of the running app found'),
});

/** How many files a tool may leave unscanned where the policy does not say. */
export const UNSCANNED = 5;

const coverage = ['targets', 'files', 'packages', 'commits', 'projects', 'rules'] as const;
const Tool = z.strictObject({
  optional: text(500)
    .optional()
    .describe(
      'Why there may be no report of it; shown as a warning when there is none. Without this there must be one',
    ),
  reports: count.default(1).describe('How many reports of it there must be, at least'),
  unscanned: z
    .int()
    .min(0)
    .default(UNSCANNED)
    .describe('How many files it may have scanned in part or not at all, though it should have; more are invalid'),
  ...(Object.fromEntries(
    coverage.map((unit) => [
      unit,
      count.optional().describe(`How many ${unit} its reports must prove together, at least`),
    ]),
  ) as Record<(typeof coverage)[number], z.ZodOptional<typeof count>>),
});

const whenMissing = z
  .enum(['ignore', 'warn', 'invalid'])
  .default('ignore')
  .describe('What it means when the gate is not given the file');
const maxAgeDays = (days: number, what: string) => count.default(days).describe(`${what} older than this`);

const maxDays = (days: number) => count.default(days).describe('Longest time of a waiver for such a finding, in days');

const timeForm = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2}))?$/;
const time = z
  .string()
  .regex(timeForm, timeExpected())
  // What has not even the form is told once.
  .refine((value) => !timeForm.test(value) || instantOf(value) !== undefined, timeExpected());

function timeExpected(): string {
  return 'expected a date such as 2027-01-31 (00:00 UTC of that day) or a time with zone such as 2027-01-31T18:00:00Z';
}

const Waiver = z
  .strictObject({
    id: z
      .string()
      .regex(/^\S{1,300}$/, 'expected an id without spaces, such as CVE-2026-1234')
      .optional()
      .describe('The id, an alias or the rule of the findings that may pass'),
    fingerprint: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'expected the 64 hex digits that the gate shows')
      .optional()
      .describe('The one finding that may pass. A secret is never waived by anything less'),
    category: z.enum(categories).optional().describe('Only findings of this category'),
    package: text(300).optional().describe('Only in the package of this name'),
    purl: z
      .string()
      .max(500)
      .refine((value) => parsePurl(value)?.qualifiers.size === 0, 'expected a package URL without qualifiers')
      .optional()
      .describe('Only in this package; without version in every version of it'),
    path: text(300).optional().describe('Only at paths that fit: * is text without slash, ** any text'),
    owner: text(200).describe('Who answers for it'),
    reason: text(2000).describe('Why it may pass'),
    created: time
      .optional()
      .describe('Since when it is there, and counts; the longest time counts from then, otherwise from now'),
    expires: time.describe('When it ends: at that instant it no longer holds. A date means 00:00 UTC of that day'),
    ticket: text(500).optional().describe('Where it is followed up'),
  })
  .refine(({ id, fingerprint }) => id !== undefined || fingerprint !== undefined, 'expected id, fingerprint or both')
  .refine(({ category, fingerprint }) => category !== 'secret' || fingerprint !== undefined, {
    path: ['fingerprint'],
    message: 'expected the fingerprint of the secret: nothing less waives one',
  })
  .refine(({ created, expires }) => created === undefined || (instantOf(created) ?? 0) < (instantOf(expires) ?? 1), {
    path: ['expires'],
    message: 'expected a time after created',
  });
export type Waiver = z.output<typeof Waiver>;

const waivers = z.array(Waiver).max(1000).default([]).describe('Findings that may pass for a while');

/** A file that has nothing but waivers. */
export const WaiverFile = z.strictObject({ version: z.literal(1).describe('Version of this file’s format'), waivers });

/** scanners/policy.yaml. Keys that are not here are refused. */
export const Policy = z.strictObject({
  version: z.literal(1).describe('Version of this file’s format'),
  tools: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected the name of a tool in lower case'), Tool)
    .default({})
    .describe('The tools whose reports there must be, and what they must prove'),
  categories: Categories.prefault({}).describe('What blocks, by the category of the finding'),
  kev: z
    .strictObject({
      found: z
        .enum(['block', 'warn'])
        .default('block')
        .describe('What a vulnerability does that is known to be exploited, whatever its severity'),
      excusedBy: z
        .array(z.enum(['waiver', 'vex', 'baseline', 'suppression']))
        .default([])
        .describe('What keeps such a one from blocking all the same'),
      whenMissing,
      maxAgeDays: maxAgeDays(14, 'A catalogue is reported that is'),
    })
    .prefault({})
    .describe('CISA’s catalogue of known exploited vulnerabilities'),
  epss: z
    .strictObject({
      block: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe('Probability of exploitation in 30 days from which a vulnerability blocks, whatever its severity'),
      whenMissing,
      maxAgeDays: maxAgeDays(7, 'Scores are reported that are'),
    })
    .prefault({})
    .describe('FIRST’s exploit prediction scores'),
  eol: z
    .enum(['block', 'warn'])
    .default('warn')
    .describe('What an image does whose operating system gets no more updates'),
  vex: z
    .strictObject({
      authors: z.array(text(300)).default([]).describe('Whose OpenVEX documents count, exactly as their `author` says'),
      products: z
        .array(z.string().refine((value) => parsePurl(value) !== undefined, 'expected a package URL'))
        .default([])
        .describe(
          'Package URLs that stand for what is scanned, for statements about it as a whole or its subcomponents',
        ),
      maxAgeDays: maxAgeDays(180, 'A statement no longer counts that is'),
    })
    .prefault({})
    .describe('OpenVEX: statements that a vulnerability does no harm here'),
  waiverRules: z
    .strictObject({
      maxDays: z
        .strictObject({
          critical: maxDays(30),
          high: maxDays(90),
          unknown: maxDays(90),
          medium: maxDays(180),
          low: maxDays(365),
          info: maxDays(365),
        })
        .prefault({})
        .describe('How long a waiver may last'),
      endingSoonDays: count.default(14).describe('A waiver that ends within so many days is reported'),
    })
    .prefault({})
    .describe('What waivers must keep to'),
  waivers,
});
export type Policy = z.output<typeof Policy>;
/** As a person writes it. */
export type PolicyInput = z.input<typeof Policy>;
