import type { EndOfLife, Judged } from '../policy/decision.ts';
import { nameOf, packageOf, placeOf } from './finding-text.ts';
import { plain, plainPath } from './plain.ts';

/** A fortnight: no policy is likely to allow less, and whoever needs more says so. */
const DAYS = 14;

/**
 * Entries for `waivers:` of the policy that would let these pass from `at` (ISO 8601) on for a fortnight. Who answers for it and why is
 * left empty: the policy is refused until somebody fills it in. About `most` entries; `more` is how many findings have none.
 */
export function waiverSnippet(
  findings: readonly (Judged | EndOfLife)[],
  at: string,
  most: number,
): { text: string; more: number } {
  const created = at.slice(0, 10);
  const expires = new Date(Date.parse(`${created}T00:00:00Z`) + DAYS * 86_400_000).toISOString().slice(0, 10);
  const rest = [
    'owner: # who answers for it',
    'reason: # why it may pass until then',
    `created: ${created}`,
    `expires: ${expires}`,
  ];
  const entries = new Map<string, string>();
  let done = 0;
  for (const finding of findings) {
    if (entries.size >= most) break;
    done += 1;
    for (const { keys, about } of waiversFor(finding).slice(0, most)) {
      const key = keys.join();
      if (!entries.has(key)) entries.set(key, `  # ${about}\n  - ${[...keys, ...rest].join('\n    ')}`);
    }
  }
  return { text: ['waivers:', ...entries.values()].join('\n'), more: findings.length - done };
}

interface Named {
  keys: string[];
  about: string;
}

function waiversFor(finding: Judged | EndOfLife): Named[] {
  if (!('tools' in finding)) {
    return [
      { keys: [`id: ${quoted(finding.id)}`], about: `${plain(finding.id, 100)} of ${plainPath(finding.subject)}` },
    ];
  }
  const what = [
    finding.severity,
    nameOf(finding),
    ...(packageOf(finding) === undefined ? [] : ['in', packageOf(finding)]),
  ];
  const sightings = new Map(finding.tools.map((one) => [one.fingerprint, one]));
  const byName = sightings.size > 1 ? undefined : nameKeys(finding);
  if (byName !== undefined) return [{ keys: byName, about: `${what.join(' ')} at ${placeOf(finding)}` }];
  // What several tools found under several names passes when each sighting does.
  return Array.from(sightings.values(), ({ fingerprint, tool, path }) => ({
    keys: [`fingerprint: ${quoted(fingerprint)}`],
    about: `${what.join(' ')} at ${plainPath(path)}, says ${plain(tool, 40)}`,
  }));
}

/** By what people know it by. Undefined for a secret, which only its fingerprint waives, and for names that a waiver cannot have. */
function nameKeys(finding: Judged): string[] | undefined {
  const { category, id, rule, location } = finding;
  const name = category === 'vulnerability' || category === 'licence' ? id : rule;
  if (category === 'secret' || category === 'web' || !/^\S{1,300}$/u.test(name)) return undefined;
  const place = finding.package === undefined ? location.path : finding.package;
  if (!/\S/u.test(place) || place.length > 300) return undefined;
  return [`id: ${quoted(name)}`, `${finding.package === undefined ? 'path' : 'package'}: ${quoted(place)}`];
}

/** A YAML text in double quotes, on one line and in ASCII: what cannot be seen, or turns text around, is an escape. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/gu, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return point > 0xffff ? `\\U${point.toString(16).padStart(8, '0')}` : `\\u${point.toString(16).padStart(4, '0')}`;
  });
}
