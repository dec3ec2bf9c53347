import type { Finding } from '../finding.ts';
import type { Judged, SkippedTool } from './decision.ts';

/** What a report or a waiver says, on one line. Longer texts are cut: these are sentences for people. */
export function oneLine(text: string, longest = 500): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** `src/a.ts:7 of commit 0a1b2c3d4e5f`. */
function whereText({ path, line, commit }: Finding['location']): string {
  const place = `${oneLine(path, 200)}${line === undefined ? '' : `:${line}`}`;
  return commit === undefined ? place : `${place} of commit ${oneLine(commit.slice(0, 12))}`;
}

/** `CVE-2026-1 (critical: trivy; high: snyk) in openssl 3.0.1 at shop:1`. */
export function nameText(judged: Judged): string {
  const { category, id, rule, title, location, version = '' } = judged;
  const what = oneLine(`${judged.package ?? ''} ${version}`, 150);
  const at = whereText(location);
  // A leak's id says where it is, and the id of a weakness in code is often a number.
  const name = oneLine(category === 'vulnerability' || category === 'licence' ? id : rule, 100);
  // The rules of these are numbers.
  const told = category === 'misconfiguration' || category === 'web' ? oneLine(title ?? '', 100) : '';
  const full = told === '' || told === name ? name : `${name} “${told}”`;
  return `${full} (${ratingText(judged)}) in ${what === '' || what === at ? at : `${what} at ${at}`}`;
}

function ratingText({ tools }: Judged): string {
  const bySeverity = Map.groupBy(tools, ({ severity }) => severity);
  return Array.from(bySeverity, ([severity, rated]) => {
    return `${severity}: ${[...new Set(rated.map(({ tool }) => tool))].join(', ')}`;
  }).join('; ');
}

/** What to do about it, for what has a version. */
function fixText({ category, fixedIn, fixState }: Finding): string {
  if (fixedIn !== undefined) return `; fixed in ${oneLine(fixedIn, 100)}`;
  if (category !== 'vulnerability') return '';
  if (fixState === 'never') return '; its makers will not fix it';
  return fixState === 'none' ? '; there is no fix yet' : '; its tool names no fixed version';
}

/** One whole sentence: what a missing report means, and why it may be missing. */
export function skippedText({ tool, why }: SkippedTool): string {
  return oneLine(`There is no report of ${tool}, so nothing is known of what it would find: ${why}`);
}

/** One whole sentence: what, where, how bad, the fix, and which setting of the policy blocks it. */
export function reasonText(judged: Judged, notes: readonly string[]): string {
  const { outcome, category, rule, location } = judged;
  const first =
    category === 'secret'
      ? ['Any secret blocks: ', oneLine(rule, 100), ' in ', whereText(location), '.']
      : [
          nameText(judged),
          ` blocks by ${outcome.rule}`,
          outcome.by === 'threshold' ? '' : ` (${outcome.why})`,
          fixText(judged),
          '.',
        ];
  // Joined to one text: what `+` and templates make keeps all of its parts, and there may be a sentence for each of many findings.
  return [...first, ...notes.flatMap((note) => [' ', oneLine(note)])].join('');
}
