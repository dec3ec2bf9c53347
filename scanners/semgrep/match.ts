import { severityOf, worse, type Severity } from '../finding.ts';
import type { Unnamed } from '../tell-apart.ts';
import { invalid } from '../invalid.ts';
import { dependencyOf, type Dependency } from './dependency.ts';
import { countOf, fieldsOf, optionalFields, optionalText, textOf, type Fields } from './fields.ts';
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
export function readMatch(value: unknown, at: number): Match {
  const where = `results[${at}]`;
  const fields = fieldsOf(value, where);
  const [rule, path] = [textOf(fields, 'check_id', where), textOf(fields, 'path', where)];
  const place = [...positionOf(fields, 'start', where), ...positionOf(fields, 'end', where)];
  const extra = fieldsOf(fields['extra'], `${where}.extra`);
  const metadata = optionalFields(extra['metadata'], `${where}.extra.metadata`) ?? {};
  const dependency = dependencyOf(extra, metadata, `${where}.extra`);
  const lines = optionalText(extra, 'lines', `${where}.extra`);
  const severity = ratingOf(extra, `${where}.extra`);
  const line = place[0] ?? 0;
  const commit = commitOf(extra, `${where}.extra`);
  return {
    finding: {
      id: dependency?.advisory ?? rule,
      rule,
      category: dependency !== undefined ? 'vulnerability' : isSecret(extra, metadata, where) ? 'secret' : 'code',
      severity: dependency?.severity === undefined ? severity : worse(severity, dependency.severity),
      ...titleOf(metadata),
      ...urlOf(metadata),
      ...dependency?.found,
      ...(isIgnored(extra, where) ? { suppressed: { by: 'nosemgrep' } } : {}),
      location: { path, ...(line === 0 ? {} : { line }), ...(commit === undefined ? {} : { commit }) },
    },
    place,
    parts: [rule, path, commit ?? '', ...what(dependency, lines, place)],
  };
}

/**
 * The code itself, where the report has it, without its indentation: it stays the same when the lines above change, and other code on a
 * line that was accepted is a new finding. It is only ever hashed, with a key. Else the place. Of a dependency: its name and version.
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

function positionOf(fields: Fields, name: string, where: string): [number, number] {
  const position = fieldsOf(fields[name], `${where}.${name}`);
  return [countOf(position, 'line', `${where}.${name}`), countOf(position, 'col', `${where}.${name}`)];
}

/** Set when the tool looked for secrets in history (1.60). */
function commitOf(extra: Fields, where: string): string | undefined {
  const history = optionalFields(extra['historical_info'], `${where}.historical_info`);
  return history === undefined ? undefined : textOf(history, 'git_commit', `${where}.historical_info`);
}

function ratingOf(extra: Fields, where: string): Severity {
  const word = textOf(extra, 'severity', where);
  if (!severities.has(word)) throw invalid(`${where}.severity is no severity of semgrep`);
  return severityOf(word);
}

/** Rules that look for secrets say so in their metadata; the tool adds whether it could use the secret. */
function isSecret(extra: Fields, metadata: Fields, where: string): boolean {
  const state = optionalText(extra, 'validation_state', `${where}.extra`);
  const technology = metadata['technology'];
  return (
    (state !== undefined && state !== 'NO_VALIDATOR') ||
    metadata['product'] === 'secrets' ||
    technology === 'secrets' ||
    (Array.isArray(technology) && technology.includes('secrets'))
  );
}

function isIgnored(extra: Fields, where: string): boolean {
  const ignored = extra['is_ignored'] ?? false;
  if (typeof ignored !== 'boolean') throw invalid(`${where}.extra.is_ignored is neither true nor false`);
  return ignored;
}

/** The weakness in the words of the rule. */
function titleOf(metadata: Fields): { title?: string } {
  for (const name of ['cwe', 'vulnerability_class']) {
    const words = [metadata[name]].flat()[0];
    if (typeof words === 'string' && words !== '') return { title: words };
  }
  return {};
}

function urlOf(metadata: Fields): { url?: string } {
  for (const name of ['shortlink', 'source', 'source-rule-url']) {
    const url = metadata[name];
    if (typeof url === 'string' && /^https:\/\/[^\s@]+$/.test(url)) return { url };
  }
  return {};
}
