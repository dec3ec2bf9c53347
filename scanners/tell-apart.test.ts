import { describe, expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { merged, tellApart, type Unnamed } from './tell-apart.ts';

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
    expect(told([low, [1]], [eval_, [1]], [unrated, [1]])).toMatchObject([{ severity: 'high' }]);
    const [both, ...none] = told([quiet, [1]], [low, [1]]);
    expect([both?.severity, both?.suppressed, none]).toEqual(['critical', undefined, []]);
    expect(told([low, [1]], [unrated, [1]])).toMatchObject([{ severity: 'unknown' }]);
    expect(told([low, [1]], [eval_, [1]])[0]?.suppressed).toBeUndefined();
  });
});

describe('merged', () => {
  const comment = { by: 'a comment', inSource: true };
  const file = { by: 'a file' };
  const severities = ['critical', 'low'] as const;
  // The first of the two is the harder to excuse.
  it.each([
    [undefined, comment],
    [undefined, file],
    [file, comment],
    [comment, comment],
  ])('of %o and %o takes the first, with the worse severity, in whatever order', (hard, easy) => {
    const with_ = (suppressed: Finding['suppressed'], severity: Finding['severity']): Unnamed => ({
      ...eval_,
      severity,
      ...(suppressed === undefined ? {} : { suppressed }),
    });
    for (const first of severities)
      for (const second of severities) {
        const worst = first === 'critical' || second === 'critical' ? 'critical' : 'low';
        const pair = [with_(hard, first), with_(easy, second)] as const;
        for (const [a, b] of [pair, [pair[1], pair[0]] as const]) expect(merged(a, b)).toEqual(with_(hard, worst));
      }
  });
});
