import { eachOf, isObject, objectAt, optionalOf, requiredOf } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { worse, type Finding, type Severity } from '../finding.ts';
import { invalid } from '../invalid.ts';
import { severityOfWord } from './severity.ts';

/** `unmapped` is Snyk's own word for a severity that it does not know. */
const LEVELS: ReadonlyMap<string, Severity> = new Map([
  ['error', 'high'],
  ['warning', 'medium'],
  ['note', 'low'],
  ['none', 'info'],
  ['unmapped', 'unknown'],
]);

/** One result of Snyk Code before its rule is known. */
export interface CodeResult {
  rule: string;
  severity: Severity;
  /** A policy of the organisation rates it otherwise than Snyk. */
  isRerated: boolean;
  suppressed?: NonNullable<Finding['suppressed']>;
  path: string;
  line: number;
  column: number;
  /** Snyk's own hash of the code around it, which stays when the code moves. */
  print: string | undefined;
}

/** Reads an entry of `results`. Its message is not kept: it quotes the code. Throws `invalid` for what is no such entry. */
export function readCodeResult(fields: Json, place: string): CodeResult {
  const level = requiredOf(fields, 'level', place);
  const own = LEVELS.get(level);
  if (own === undefined) throw invalid(`is no report of snyk: ${place} has a level that snyk does not have`);
  const kind = optionalOf(fields, 'kind', place);
  if (kind !== undefined && kind !== 'fail')
    throw invalid(`is no report of snyk: ${place} is of a kind that snyk does not have`);
  const properties = fields['properties'];
  const policy = isObject(properties) ? properties['snykPolicy/v1'] : undefined;
  const word = isObject(policy) ? optionalOf(policy, 'severity', place) : undefined;
  const prints = isObject(fields['fingerprints']) ? fields['fingerprints'] : {};
  const suppressed = suppressionOf(fields, place);
  return {
    rule: requiredOf(fields, 'ruleId', place),
    // Levels have no critical.
    severity: word === undefined ? own : worse(own, severityOfWord(word, place)),
    isRerated: isObject(policy),
    ...(suppressed === undefined ? {} : { suppressed }),
    ...locationOf(fields, place),
    print: optionalOf(prints, '1', place) ?? optionalOf(prints, '0', place),
  };
}

function locationOf(fields: Json, place: string): Pick<CodeResult, 'path' | 'line' | 'column'> {
  const [first] = Array.isArray(fields['locations']) ? (fields['locations'] as unknown[]) : [];
  const where = `${place}.locations[0]`;
  const physical = objectAt(objectAt(first, where)['physicalLocation'], where);
  const region = isObject(physical['region']) ? physical['region'] : {};
  return {
    path: requiredOf(objectAt(physical['artifactLocation'], where), 'uri', where),
    line: naturalOf(region['startLine']),
    column: naturalOf(region['startColumn']),
  };
}

function naturalOf(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0;
}

/** Only what was accepted: one that waits for a review, or was rejected, suppresses nothing. Without a status it is accepted. */
function suppressionOf(fields: Json, place: string): CodeResult['suppressed'] {
  const all = fields['suppressions'] === null ? [] : eachOf(fields, 'suppressions', place, objectAt);
  const [first] = all;
  if (first === undefined) return undefined;
  const isAccepted = all.every((one) => (optionalOf(one, 'status', place) ?? 'accepted') === 'accepted');
  if (!isAccepted) return undefined;
  const reason = optionalOf(first, 'justification', place);
  return { by: 'an ignore in Snyk', ...(reason === undefined ? {} : { reason }) };
}
