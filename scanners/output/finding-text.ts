import type { Finding } from '../finding.ts';
import type { Decision, EndOfLife, Judged, Outcome } from '../policy/decision.ts';
import { plain, plainPath } from './plain.ts';
import { count, counted } from './sentence.ts';

/** What people call it: the advisory, or the rule, since the id of a leak is a place and that of other tools often a number. */
export function nameOf({ category, id, rule }: Finding): string {
  const name = plain(category === 'vulnerability' || category === 'licence' ? id : rule, 100);
  return name === '' ? 'unnamed' : name;
}

/** One line about it, unless it says no more than the name. */
export function titleOf(finding: Finding, length = 160): string | undefined {
  const title = plain(finding.title ?? '', length);
  return title === '' || title === nameOf(finding) ? undefined : title;
}

/** `path:line of commit …`. */
export function placeOf({ location: { path, line, commit } }: Finding, length = 160): string {
  const place = `${plainPath(path, length)}${line === undefined ? '' : `:${line}`}`;
  return commit === undefined ? place : `${place} of commit ${plain(commit.slice(0, 12))}`;
}

/** `name version`; undefined for what is not about a package. */
export function packageOf(finding: Finding): string | undefined {
  if (finding.package === undefined) return undefined;
  const parts = [plain(finding.package, 80), plain(finding.version ?? '', 40)];
  return parts.filter((part) => part !== '').join(' ');
}

/** The version of the package without it, or in words that there is none. Undefined for what no version mends. */
export function fixOf({ category, fixedIn, fixState }: Finding): { version: string } | { words: string } | undefined {
  const version = plain(fixedIn ?? '', 60);
  if (version !== '') return { version };
  if (category !== 'vulnerability') return undefined;
  if (fixState === 'never') return { words: 'will not be fixed' };
  return { words: fixState === 'none' ? 'no fix yet' : 'no fixed version named' };
}

/** Who found it, each once. */
export function toolsOf({ tools }: Judged): string {
  return plain([...new Set(tools.map(({ tool }) => tool))].join(', '), 80);
}

const excuses: ReadonlySet<Outcome['by']> = new Set(['waiver', 'vex', 'baseline', 'suppressed']);

/** Whether somebody's word keeps it from blocking: what would not block anyway needs none. */
export function isExcused({ outcome }: Pick<Judged | EndOfLife, 'outcome'>): boolean {
  return !outcome.blocks && excuses.has(outcome.by);
}

/** The findings and systems out of support that keep an image from being deployed. */
export function blockingOf({ findings, endOfLife }: Decision): { findings: Judged[]; endOfLife: EndOfLife[] } {
  return {
    findings: findings.filter(({ outcome }) => outcome.blocks),
    endOfLife: endOfLife.filter(({ outcome }) => outcome.blocks),
  };
}

/** The reasons that are about reports, not about findings: why nothing can be said. */
export function invalidReasons(decision: Decision): string[] {
  const { findings, endOfLife } = blockingOf(decision);
  return decision.reasons.slice(0, Math.max(0, decision.reasons.length - findings.length - endOfLife.length));
}

/** The verdict in words, in one line without data of others. */
export function headline(decision: Decision): string {
  const { findings, endOfLife } = blockingOf(decision);
  const all = decision.findings.length;
  const ends = endOfLife.length === 0 ? '' : counted(endOfLife.length, 'operating system');
  const blocked = [
    ...(findings.length === 0 ? [] : [`${count(findings.length)} of ${counted(all, 'finding')}`]),
    ...(ends === '' ? [] : [`${ends} out of support`]),
  ].join(' and ');
  switch (decision.verdict) {
    case 'invalid':
      return `Invalid: the reports do not prove enough, so nothing may be deployed${blocked === '' ? '' : `; beside that ${blocked} would block`}.`;
    case 'block': {
      const isOne = findings.length + endOfLife.length === 1;
      return `Blocked: ${blocked} ${isOne ? 'keeps' : 'keep'} this from being deployed.`;
    }
    case 'pass': {
      const excused = [...decision.findings, ...decision.endOfLife].filter(isExcused).length;
      const said = excused === 0 ? '' : `, ${count(excused)} of them by a waiver, VEX, the baseline or a suppression`;
      return all + excused === 0
        ? 'Pass: nothing was found.'
        : `Pass: none of ${counted(all, 'finding')} blocks${said}.`;
    }
  }
}

/** `12 packages, 3 targets`; undefined when the report does not tell. */
export function coverageText(coverage: Readonly<Record<string, number | undefined>> = {}): string | undefined {
  const parts = Object.entries(coverage).flatMap(([unit, number]) =>
    number === undefined ? [] : [`${count(number)} ${number === 1 ? unit.replace(/s$/u, '') : unit}`],
  );
  return parts.length === 0 ? undefined : parts.join(', ');
}
