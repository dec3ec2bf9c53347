import { isCredentialWeakness, isSecretRule } from '../credential.ts';
import { severityOf, worse, type Category, type Severity } from '../finding.ts';
import type { Unnamed } from '../tell-apart.ts';
import { dependencyOf, type Dependency } from './dependency.ts';
import { integerOf, objectAt, optionalOf, plain, requiredOf, wrongAt } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import { severities } from './words.ts';

/** One of `results`, and what tells it apart from others: its place, and what stays the same when that moves. */
export interface Match {
  finding: Unnamed;
  place: readonly number[];
  parts: readonly (string | number)[];
}

/** What stands for the code, and for the tool's own fingerprint, since 1.98 where nobody is logged in. */
const WITHHELD = 'requires login';

/**
 * Reads one of `results`. Never keeps source text: not `lines`, `metavars` or `fix`, and not `message` either, into which rules write
 * what they matched. Throws `invalid` with the place.
 */
export function readMatch(fields: Json, where: string): Match {
  const [rule, path] = [requiredOf(fields, 'check_id', where), requiredOf(fields, 'path', where)];
  const place = [...positionAt(fields['start'], `${where}.start`), ...positionAt(fields['end'], `${where}.end`)];
  const extraAt = `${where}.extra`;
  const extra = objectAt(fields['extra'], extraAt);
  const metadata = objectAt(extra['metadata'] ?? {}, `${extraAt}.metadata`);
  const dependency = dependencyOf(extra, metadata, extraAt);
  const lines = optionalOf(extra, 'lines', extraAt);
  const severity = ratingOf(extra, extraAt);
  const line = place[0] ?? 0;
  const category: Category =
    dependency !== undefined ? 'vulnerability' : isSecret(rule, extra, metadata, extraAt) ? 'secret' : 'code';
  const commit = commitOf(extra, extraAt);
  return {
    finding: {
      id: dependency?.advisory ?? rule,
      rule,
      category,
      severity: dependency?.severity === undefined ? severity : worse(severity, dependency.severity),
      ...titleOf(metadata),
      ...urlOf(metadata),
      ...dependency?.found,
      ...(isIgnored(extra, extraAt) ? { suppressed: { by: 'nosemgrep', inSource: true } } : {}),
      location: { path, ...(line === 0 ? {} : { line }), ...(commit === undefined ? {} : { commit }) },
    },
    place,
    parts: [rule, path, commit ?? '', ...what(dependency, category === 'secret' ? undefined : lines, place)],
  };
}

/**
 * The code itself, where the report has it, without its indentation: it stays the same when the lines above change, and other code on a
 * line that was accepted is a new finding. Else the place, as with a secret: who has the hash of a short one can guess it. Of a
 * dependency: its name and version.
 */
function what(
  dependency: Dependency | undefined,
  lines: string | undefined,
  place: readonly number[],
): (string | number)[] {
  if (dependency?.found.package !== undefined)
    return ['dependency', dependency.found.package, dependency.found.version ?? '', dependency.lockfile];
  if (lines === undefined || lines === WITHHELD) return ['place', ...place];
  const trimmed = lines.split('\n').map((line) => line.trim());
  return ['lines', trimmed.join('\n')];
}

/** Line and column. */
function positionAt(value: unknown, where: string): [number, number] {
  const position = objectAt(value, where);
  return [countOf(position, 'line', where), countOf(position, 'col', where)];
}

function countOf(fields: Json, key: string, where: string): number {
  const count = integerOf(fields, key, where);
  if (count === undefined || count < 0) throw wrongAt(`${where}.${key}`, 'no number from 0');
  return count;
}

/** Set when the tool looked for secrets in history (1.60). */
function commitOf({ historical_info: history }: Json, where: string): string | undefined {
  if (history === undefined || history === null) return undefined;
  const historyAt = `${where}.historical_info`;
  return requiredOf(objectAt(history, historyAt), 'git_commit', historyAt);
}

function ratingOf(extra: Json, where: string): Severity {
  const word = requiredOf(extra, 'severity', where);
  if (!severities.has(word)) throw wrongAt(`${where}.severity`, 'no severity of semgrep');
  return severityOf(word);
}

/** Rules that look for secrets say so in their name or metadata; the tool adds whether it could use the secret. */
function isSecret(rule: string, extra: Json, metadata: Json, where: string): boolean {
  const state = optionalOf(extra, 'validation_state', where);
  const technology = metadata['technology'];
  return (
    (state !== undefined && state !== 'NO_VALIDATOR') ||
    isSecretRule(rule) ||
    [metadata['cwe']].flat().some((one) => isCredentialWeakness(String(one))) ||
    metadata['product'] === 'secrets' ||
    technology === 'secrets' ||
    (Array.isArray(technology) && technology.includes('secrets'))
  );
}

function isIgnored(extra: Json, where: string): boolean {
  const ignored = extra['is_ignored'] ?? false;
  if (typeof ignored !== 'boolean') throw wrongAt(`${where}.is_ignored`, 'neither true nor false');
  return ignored;
}

/** The weakness in the words of the rule. */
function titleOf(metadata: Json): { title?: string } {
  for (const name of ['cwe', 'vulnerability_class']) {
    const title = plain([metadata[name]].flat()[0]);
    if (title !== undefined) return { title };
  }
  return {};
}

function urlOf(metadata: Json): { url?: string } {
  for (const name of ['shortlink', 'source', 'source-rule-url']) {
    const url = metadata[name];
    if (typeof url === 'string' && /^https:\/\/[^\s@]+$/.test(url)) return { url };
  }
  return {};
}
