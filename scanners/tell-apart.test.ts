import { describe, expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { tellApart, type Unnamed } from './tell-apart.ts';

const eval_: Unnamed = { id: 'eval', rule: 'eval', category: 'code', severity: 'high', location: { path: 'a.ts' } };

function told(...found: [finding: Unnamed, place: number[]][]): Finding[] {
  const findings: Finding[] = [];
  const all = tellApart('a-tool', (finding) => findings.push(finding));
  for (const [finding, place] of found) all.add(finding, place, [finding.rule]);
  all.end();
  return findings;
}

describe('tellApart', () => {
  it('numbers what is alike by place, in whatever order it comes', () => {
    const at = (line: number): Unnamed => ({ ...eval_, location: { path: 'a.ts', line } });
    const forth = told([at(3), [3, 1]], [at(20), [20, 1]], [at(100), [100, 1]]);
    expect(told([at(100), [100, 1]], [at(3), [3, 1]], [at(20), [20, 1]])).toEqual(forth);
    expect(new Set(forth.map(({ fingerprint }) => fingerprint)).size).toBe(3);
  });

  it('keeps the first fingerprint when another one is added below', () => {
    expect(told([eval_, [1]], [eval_, [2]])[0]?.fingerprint).toBe(told([eval_, [1]])[0]?.fingerprint);
  });

  it('lets what counts for more stand for what is at the same place', () => {
    const quiet: Unnamed = { ...eval_, severity: 'critical', suppressed: { by: 'a comment' } };
    const low: Unnamed = { ...eval_, severity: 'low' };
    const unrated: Unnamed = { ...eval_, severity: 'unknown' };
    expect(told([quiet, [1]], [low, [1]], [eval_, [1]], [unrated, [1]])).toMatchObject([{ severity: 'high' }]);
    expect(told([low, [1]], [unrated, [1]])).toMatchObject([{ severity: 'unknown' }]);
    expect(told([low, [1]], [eval_, [1]])[0]?.suppressed).toBeUndefined();
  });
});
