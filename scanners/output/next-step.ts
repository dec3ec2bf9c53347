import type { Finding } from '../finding.ts';
import { nameOf, placeOf } from './finding-text.ts';
import { data, listed, type Sentence } from './sentence.ts';

type Group = readonly [Finding, ...Finding[]];

/**
 * The exact next steps for findings that block, one step for all that it mends, and how many there are beyond `most`. Secrets come first:
 * others may use them already.
 */
export function nextSteps(blocking: readonly Finding[], most: number): { steps: Sentence[]; more: number } {
  const groups = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of blocking) {
    const key = groupOf(finding);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  const sorted = [...groups.values()].toSorted(
    ([a], [b]) => Number(b.category === 'secret') - Number(a.category === 'secret'),
  );
  return { steps: sorted.slice(0, most).map(stepOf), more: Math.max(0, sorted.length - most) };
}

/** Whether a newer version of the package mends it. */
export function hasFix({ category, package: name, fixedIn, fixState }: Finding): boolean {
  return category === 'vulnerability' && name !== undefined && (fixState === 'fixed' || (fixedIn ?? '') !== '');
}

function groupOf(finding: Finding): string {
  const { category, package: name, version, rule, location, fixState } = finding;
  if (category === 'vulnerability')
    return JSON.stringify([category, name, version, hasFix(finding), fixState === 'never']);
  if (category === 'licence') return JSON.stringify([category, rule, name]);
  if (category === 'secret') return JSON.stringify([category, rule, location.path]);
  return JSON.stringify([category, rule]);
}

function stepOf(findings: Group): Sentence {
  const [first] = findings;
  const name = data(nameOf(first));
  const places = listed(distinct(findings.map((finding) => placeOf(finding, 120))), 3);
  switch (first.category) {
    case 'vulnerability':
      return vulnerability(findings, places);
    case 'secret':
      return first.location.commit === undefined
        ? ['Revoke the secret that ', name, ' found in ', ...places, ', then take it out of the file.']
        : [
            'Revoke the secret that ',
            name,
            ' found in ',
            ...places,
            '. It is in the history: to take it out of the file does not take it back. Then waive it by its fingerprint.',
          ];
    case 'code':
      return ['Change the code that ', name, ' found in ', ...places, '.'];
    case 'misconfiguration':
      return ['Change the setting that ', name, ' found in ', ...places, '.'];
    case 'licence':
      return [
        'Replace ',
        data(first.package ?? first.location.path, 80),
        ' by something whose licence is allowed: ',
        name,
        ' is not.',
      ];
    case 'web':
      return ['Mend what ', name, ' found at ', ...places, '.'];
  }
}

function vulnerability(findings: Group, places: Sentence): Sentence {
  const [first] = findings;
  const names = listed(distinct(findings.map(nameOf)));
  const fixes = distinct(findings.flatMap(({ fixedIn }) => (fixedIn === undefined || fixedIn === '' ? [] : [fixedIn])));
  if (first.package === undefined) return ['Mend ', ...names, ' in ', ...places, '.'];
  const what: Sentence =
    first.version === undefined ? [data(first.package, 80)] : [data(first.package, 80), ' ', data(first.version, 40)];
  if (!hasFix(first)) {
    return first.fixState === 'never'
      ? ['Replace ', ...what, ' in ', ...places, ': its makers will not mend ', ...names, '.']
      : ['Do without ', ...what, ' in ', ...places, ', or waive it for a time: no version mends ', ...names, ' yet.'];
  }
  const to: Sentence =
    fixes.length === 0
      ? [' to a newer version']
      : [' to ', ...listed(fixes, 4), ...(fixes.length > 1 ? [', the newest of them'] : [])];
  return ['Upgrade ', ...what, ...to, ' in ', ...places, '. That mends ', ...names, '.'];
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
