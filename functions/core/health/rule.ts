import * as z from 'zod';
import type { Manifest } from '../kubernetes.ts';
import { toConditions, type Condition } from './condition.ts';
import { isStale, notYetObserved, stale } from './generation.ts';
import { groupOfObject, matchesGroup } from './group.ts';
import { pathPattern, scalar, valuesAt } from './path.ts';
import { because, verdict, type Health } from './verdict.ts';
import { judgeWord } from './word.ts';

const path = z
  .string()
  .max(200)
  .regex(pathPattern, "a path such as status.phase, status.parents[].conditions or metadata.annotations['a.b/c']");
const texts = z.union([z.string(), z.array(z.string()).min(1).max(50)]);
const reportedStatus = z.enum(['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Missing', 'Unknown']);

const matcher = z.union([
  z.strictObject({
    condition: z.string().min(1).describe('Type of a condition'),
    is: z.enum(['True', 'False', 'Unknown']).describe('Its status'),
    reason: texts.optional().describe('One of these reasons'),
    in: path.optional().describe('Where the list of conditions is; status.conditions otherwise'),
  }),
  z.strictObject({
    path: path.describe('A field of the object'),
    is: texts.optional().describe('One of these values, as text'),
    exists: z.boolean().optional().describe('Whether the field is there; without any test it must be'),
    below: z.union([z.number(), path]).optional().describe('A number or the path of one; a missing field counts as 0'),
  }),
]);

/** One rule for a kind: the first of its cases that fits gives the status. */
export const HealthRule = z.strictObject({
  group: z.string().min(1).max(253).describe('API group; *.example.com for every group below it'),
  kind: z.string().min(1).max(63).describe('Kind; * for every kind of the group'),
  cases: z
    .array(
      z.strictObject({
        when: z.union([matcher, z.array(matcher).min(1).max(10)]).describe('What must hold; of a list, all'),
        status: reportedStatus.describe('What the object then is'),
        reason: z
          .string()
          .regex(/^[A-Z]\w*$/, 'a word in PascalCase')
          .optional()
          .describe('The reason; that of the condition otherwise'),
        message: path.optional().describe('Path of the message; that of the condition otherwise'),
      }),
    )
    .min(1)
    .max(50)
    .describe('Tried in their order'),
  otherwise: reportedStatus.optional().describe('What it is when no case fits; the generic rules say it otherwise'),
});

export type HealthRule = z.output<typeof HealthRule>;
type Case = HealthRule['cases'][number];
type Matcher = z.output<typeof matcher>;

/** The first rule for the object's group and kind. */
export function ruleFor(object: Manifest, rules: readonly HealthRule[]): HealthRule | undefined {
  const group = groupOfObject(object);
  return rules.find((rule) => matchesGroup(rule.group, group) && (rule.kind === '*' || rule.kind === object.kind));
}

/** What the rule says of the object. undefined: no case fits and it has no `otherwise`. A status of an older spec is Progressing. */
export function ruledHealth(object: Manifest, rule: HealthRule): Health | undefined {
  const unseen = notYetObserved(object);
  if (unseen !== undefined) return unseen;
  let old: Health | undefined;
  for (const one of rule.cases) {
    const found = fit(object, one);
    if (found === undefined) continue;
    const { condition } = found.match;
    if (condition === undefined || one.status === 'Suspended' || !isStale(object, condition)) return found.health;
    // Neither good nor bad news of an older spec counts. Of several lists, one may have been left by a controller that is gone.
    old ??= stale(object, condition.observedGeneration ?? 0);
    if (!found.match.isOneOfMany) return old;
  }
  if (old !== undefined) return old;
  if (rule.otherwise === undefined) return undefined;
  const message = `The status of the ${object.kind} tells neither that it is ready nor that it failed.`;
  return verdict(rule.otherwise, 'NoCaseFits', message);
}

function fit(object: Manifest, { when, status, reason, message }: Case): { health: Health; match: Match } | undefined {
  const matches: Match[] = [];
  for (const one of [when].flat()) {
    const found = match(object, one);
    if (found === undefined) return undefined;
    matches.push(found);
  }
  const first = matches.find(({ condition }) => condition !== undefined) ?? matches[0];
  if (first === undefined) return undefined;
  const told = message === undefined ? (first.condition?.message ?? '') : scalar(valuesAt(object, message)[0]);
  const word = reason ?? (first.reason || status);
  return { health: verdict(status, word, because(first.sentence, told)), match: first };
}

interface Match {
  sentence: string;
  reason: string;
  condition?: Condition;
  /** The condition is of one of several lists. */
  isOneOfMany?: boolean;
}

function match(object: Manifest, one: Matcher): Match | undefined {
  if ('condition' in one) {
    const list = toConditions(valuesAt(object, `${one.in ?? 'status.conditions'}[]`));
    const reasons = one.reason === undefined ? undefined : [one.reason].flat();
    const fitting = list.filter(
      ({ type, status, reason }) => type === one.condition && status === one.is && (reasons?.includes(reason) ?? true),
    );
    const condition = fitting.find((found) => !isStale(object, found)) ?? fitting[0];
    if (condition === undefined) return undefined;
    const holds = one.is === 'True' ? 'holds' : one.is === 'False' ? 'does not hold' : 'is not known yet';
    return {
      condition,
      sentence: `The condition ${condition.type} ${holds}`,
      reason: condition.reason || condition.type,
      isOneOfMany: one.in?.includes('[]') ?? false,
    };
  }
  const values = valuesAt(object, one.path);
  const isTest = one.is !== undefined || one.below !== undefined;
  if (!isTest && (one.exists ?? true) !== values.length > 0) return undefined;
  const value = one.is === undefined ? values[0] : values.find((found) => [one.is].flat().includes(scalar(found)));
  if (one.is !== undefined && value === undefined) return undefined;
  if (one.below !== undefined) {
    const limit = typeof one.below === 'number' ? one.below : Number(valuesAt(object, one.below)[0] ?? 0);
    const number = Number(values[0] ?? 0);
    if (!(number < limit)) return undefined;
    return { sentence: `${one.path} is ${number} of ${limit}`, reason: '' };
  }
  const shown = scalar(value);
  if (shown === '')
    return { sentence: `The ${object.kind} has ${values.length > 0 ? '' : 'no '}${one.path}`, reason: '' };
  return {
    sentence: `${one.path} is ${shown}`,
    reason: typeof value === 'string' && judgeWord(shown) !== undefined ? shown : '',
  };
}
