import { severityOf, type Severity } from '../finding.ts';
import { invalid } from '../invalid.ts';
import { eachOf, filledOf, objectAt, objectOf, textAt, wrongAt } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { aliasesOf, type Advisory, type Affected } from './advisory.ts';
import { baseScoreOf, ratingOf } from './cvss.ts';

/** Advisories of several databases on one weakness of one package. */
export interface Group {
  ids: string[];
  aliases: string[];
  /** Undefined before 1.5, which did not write it; '' for "not rated". */
  score: number | '' | undefined;
  suppressed: string | undefined;
}

/** One entry of `groups`. Throws `invalid` for what is none. */
export function groupOf(fields: Json, where: string): Group {
  const ids = eachOf(fields, 'ids', where, textAt);
  if (ids.length === 0) throw wrongAt(`${where}.ids`, 'empty');
  return {
    ids,
    aliases: aliasesOf(fields, where),
    score: scoreOf(fields, where),
    suppressed: suppressionOf(fields, where),
  };
}

function scoreOf(fields: Json, where: string): Group['score'] {
  if (fields['max_severity'] === undefined) return undefined;
  const score = filledOf(fields, 'max_severity', where);
  if (score === undefined) return '';
  if (!/^\d{1,2}(\.\d+)?$/u.test(score) || Number(score) > 10) throw wrongAt(`${where}.max_severity`, 'no score');
  return Number(score);
}

/** Why OSV-Scanner itself does not count it: it looked which functions are called, or its database calls it unimportant. */
function suppressionOf(fields: Json, where: string): string | undefined {
  const key = fields['experimental_analysis'] === undefined ? 'experimentalAnalysis' : 'experimental_analysis';
  const analyses = Object.values(objectOf(fields, key, where) ?? {}).map((one) => objectAt(one, `${where}.${key}`));
  const [called, unimportant] = ['called', 'unimportant'].map((what) =>
    analyses.map((one) => flagOf(one, what, `${where}.${key}`)),
  );
  if (unimportant?.includes(true)) return 'Its database calls it unimportant.';
  return called?.length && !called.includes(true) ? 'Call analysis: the code that has it is not called.' : undefined;
}

/** `unimportant` is younger than `called`. */
function flagOf(fields: Json, key: string, where: string): boolean {
  const flag = fields[key] ?? (key === 'unimportant' ? false : undefined);
  if (typeof flag !== 'boolean') throw wrongAt(`${where}.${key}`, 'neither true nor false');
  return flag;
}

const worstFirst: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info', 'unknown'];

/**
 * OSV-Scanner's own rating: that of its highest score. Without a score the worst that its advisories say, in words or as CVSS 3; and
 * `unknown` if they say nothing. A malicious package (`MAL-…`) nobody rates, since all of it is the attack: it is critical.
 */
export function rate(
  group: Group,
  advisories: readonly Advisory[],
  affected: readonly Affected[],
): { severity: Severity; score?: number } {
  const isMalicious = [...group.ids, ...group.aliases].some((id) => id.startsWith('MAL-'));
  if (isMalicious) return { severity: 'critical' };
  if (typeof group.score === 'number') return { severity: ratingOf(group.score), score: group.score };
  const vectors = [...advisories, ...affected].flatMap((one) => one.vectors);
  const scores = vectors.map(baseScoreOf).filter((score) => score !== undefined);
  // Ubuntu writes a word in the place of a vector.
  const words = [...advisories.map(({ word }) => word), ...vectors];
  const ratings = [...words.map(severityOf), ...scores.map(ratingOf)];
  const severity = worstFirst.find((one) => ratings.includes(one)) ?? 'unknown';
  const isUnread = vectors.length > 0 || advisories.some(({ isStrange }) => isStrange);
  if (severity === 'unknown' && group.score === undefined && isUnread)
    throw invalid(
      'does not tell how bad a finding is: a group has no max_severity, which OSV-Scanner writes from 1.5 on',
    );
  return { severity, ...(scores.length === 0 ? {} : { score: Math.max(...scores) }) };
}
