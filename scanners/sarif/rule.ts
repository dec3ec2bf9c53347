import {
  eachOf,
  fieldNames,
  firstLine,
  hasUnknown,
  isObject,
  linkOf,
  objectOf,
  plain,
  requiredOf,
  textAt,
  textOf,
  wordOf,
} from '../json/field.ts';
import { levels, ratingOf, wordedRating, type Level, type Rating } from './severity.ts';
import type { Json } from '../json/shape.ts';

/** What is kept of a rule (a reportingDescriptor of the standard, section 3.49). */
export interface Rule {
  id: string;
  guid?: string;
  rating?: Rating;
  level?: Level;
  /** What it was called before; where it stands for an advisory, the other names of that. */
  otherIds: string[];
  /** In lower case. */
  tags: string[];
  title?: string;
  url?: string;
  /** It has a plain field that the standard does not know: perhaps its severity, misspelt. */
  hasUnknown: boolean;
}

const known: ReadonlySet<string> = new Set(
  fieldNames(
    'id deprecatedIds guid deprecatedGuids name deprecatedNames shortDescription fullDescription',
    'messageStrings defaultConfiguration helpUri help relationships properties',
  ),
);
const knownOfConfiguration: ReadonlySet<string> = new Set(['enabled', 'level', 'rank', 'parameters', 'properties']);

/** Reads one rule. Throws `invalid` when it has no id, or what rates it cannot be read. */
export function readRule(value: Json, where: string): Rule {
  const id = requiredOf(value, 'id', where);
  const unknown = hasUnknown(value, known, where);
  const configuration = objectOf(value, 'defaultConfiguration', where);
  const unknownLevel = configuration !== undefined && hasUnknown(configuration, knownOfConfiguration, where);
  const level = configuration === undefined ? undefined : wordOf(configuration, 'level', levels, where);
  const properties = objectOf(value, 'properties', where);
  // Beside the bag it is against the standard, but it is said.
  const rating = ratingOf(properties, where) ?? ratingOf(value, where) ?? wordedRating(properties);
  const guid = textOf(value, 'guid', where);
  // Not its full description: of a leak that is the line that was found.
  const title = firstLine(messageOf(value['shortDescription']) ?? plain(value['name']));
  const url = linkOf(plain(value['helpUri']));
  return {
    id,
    ...(guid === undefined ? {} : { guid }),
    ...(rating === undefined ? {} : { rating }),
    ...(level === undefined ? {} : { level }),
    otherIds: eachOf(value, 'deprecatedIds', where, (other) => other).filter((other) => typeof other === 'string'),
    tags: [...tagsOf(properties, where), ...weaknessesOf(value['relationships'])],
    ...(title === undefined ? {} : { title }),
    ...(url === undefined ? {} : { url }),
    hasUnknown: unknown || unknownLevel,
  };
}

/** The words by which a property bag says what something is. */
export function tagsOf(properties: Json | undefined, where: string): string[] {
  if (properties === undefined) return [];
  const tags = eachOf(properties, 'tags', `${where}.properties`, textAt);
  // Snyk has its weaknesses in a list of their own.
  const others = [properties['category'], properties['type'], properties['cwe']].flat();
  return [...tags, ...others.filter((word) => typeof word === 'string')].map((tag) => tag.toLowerCase());
}

/** Weaknesses as the standard has them, in the `relationships` of a rule and the `taxa` of a result: like `cwe-798`. */
export function weaknessesOf(references: unknown): string[] {
  const targets = (Array.isArray(references) ? (references as unknown[]) : [])
    .filter((one) => isObject(one))
    .map((one) => (isObject(one['target']) ? one['target'] : one));
  return targets.flatMap(({ id, toolComponent: component }) => {
    const isOfCwe = isObject(component) && /^cwe$/i.test(plain(component['name']) ?? '');
    if (typeof id !== 'string') return [];
    return isOfCwe || /^cwe-/i.test(id) ? [`cwe-${id.replace(/^cwe-/i, '')}`] : [];
  });
}

function messageOf(value: unknown): string | undefined {
  return isObject(value) ? (plain(value['text']) ?? plain(value['markdown'])) : undefined;
}
