import type { Finding } from '../finding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { readReference, type RuleReference } from './component.ts';
import { invalid } from '../invalid.ts';
import { fieldNames, hasUnknown, isObject, firstLine, objectOf, wordOf } from '../json/field.ts';
import { placesOf, type Place } from './place.ts';
import { tagsOf, weaknessesOf } from './rule.ts';
import { levels, ratingOf, type Level, type Rating } from './severity.ts';
import type { Json } from '../json/shape.ts';
import { suppressionOf } from './suppression.ts';

/** What is kept of a result until the whole run is read: the rules may come after it. */
export interface Draft {
  /** Where it is in the report. */
  where: string;
  reference: RuleReference;
  level?: Level;
  rating?: Rating;
  tags: string[];
  /** All of them: it is there in each. */
  places: Place[];
  commit?: string;
  /** What the tool itself tells it from others by. */
  prints?: string;
  /** Of the message, which may hold source text, no more than this. */
  messageHash: string;
  /** For people; not for secrets or code, whose messages may quote them. */
  message?: string;
  suppressed?: NonNullable<Finding['suppressed']>;
  /** A person has to look at it: it counts only where it is rated. */
  isUnsure: boolean;
  /** It has a plain field that the standard does not know: perhaps its level, misspelt. */
  hasUnknown: boolean;
}

const kinds = ['fail', 'pass', 'open', 'review', 'notApplicable', 'informational'] as const;
const baselineStates = ['new', 'unchanged', 'updated', 'absent'] as const;

const known: ReadonlySet<string> = new Set(
  fieldNames(
    'ruleId ruleIndex rule kind level message analysisTarget locations guid correlationGuid',
    'occurrenceCount partialFingerprints fingerprints stacks codeFlows graphs graphTraversals',
    'relatedLocations suppressions baselineState rank attachments hostedViewerUri workItemUris',
    'provenance fixes taxa webRequest webResponse properties',
  ),
);

/** What gitleaks writes as partial fingerprints: who committed it and when, the same for all leaks of a commit. */
const notPrints: ReadonlySet<string> = new Set(['commitSha', 'email', 'author', 'date', 'commitMessage']);

/**
 * Reads one result; undefined when it says that something is well, or is gone since the baseline. Throws `invalid` when what decides
 * cannot be read, and for one without a message, which the standard (3.27.11) asks of each: the rest of it may be lost too.
 */
export function readDraft(result: Json, where: string): Draft | undefined {
  const unknown = hasUnknown(result, known, where);
  const kind = wordOf(result, 'kind', kinds, where) ?? 'fail';
  const level = wordOf(result, 'level', levels, where);
  const baseline = wordOf(result, 'baselineState', baselineStates, where);
  const suppressed = suppressionOf(result, where);
  const reference = readReference(result, objectOf(result, 'rule', where) ?? {}, where);
  const properties = objectOf(result, 'properties', where);
  const rating = ratingOf(properties, where) ?? ratingOf(result, where);
  const tags = [...tagsOf(properties, where), ...weaknessesOf(result['taxa'])];
  if (baseline === 'absent') return undefined;
  // A result that is rated fails, whatever its kind says: the standard allows no level but `none` beside another kind.
  const isRated = level !== undefined && level !== 'none';
  const isUnsure = (kind === 'open' || kind === 'review') && !isRated;
  if (kind !== 'fail' && !isRated && !isUnsure) return undefined;
  if (objectOf(result, 'message', where) === undefined) throw invalid(`has no ${where}.message`);
  const commit = commitOf(result, properties);
  const prints = printsOf(result);
  const text = messageOf(result['message']);
  const message = firstLine(text);
  return {
    where,
    reference,
    ...(level === undefined ? {} : { level }),
    ...(rating === undefined ? {} : { rating }),
    tags,
    places: placesOf(result),
    ...(commit === undefined ? {} : { commit }),
    ...(prints === undefined ? {} : { prints }),
    messageHash: fingerprintOf('sarif/message', text),
    ...(message === undefined ? {} : { message }),
    ...(suppressed === undefined ? {} : { suppressed }),
    isUnsure,
    hasUnknown: unknown,
  };
}

/** Of a full git SHA only; gitleaks 8 and 7 write it in these two places. */
function commitOf({ partialFingerprints: prints }: Json, properties: Json | undefined): string | undefined {
  const given = isObject(prints) ? prints['commitSha'] : properties?.['commit'];
  return typeof given === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(given) ? given : undefined;
}

function printsOf({ fingerprints, partialFingerprints }: Json): string | undefined {
  const own = [fingerprints, partialFingerprints].map((bag) =>
    isObject(bag) ? Object.entries(bag).filter(([key]) => !notPrints.has(key)) : [],
  );
  const used = own.find((entries) => entries.length > 0);
  // Some tools nest objects there.
  return used === undefined ? undefined : fingerprintOf('sarif/prints', canonical(Object.fromEntries(used)));
}

function messageOf(message: unknown): string | undefined {
  if (!isObject(message)) return undefined;
  const text = message['text'] ?? message['markdown'];
  return typeof text === 'string' ? text : canonical([message['id'], message['arguments']]);
}

/** The same text for the same value, in whatever order its members come. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    isObject(one) ? Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)) : one,
  );
}
