import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge, supportedTools } from './gate.ts';

const text = (name: string): string => readFileSync(join(import.meta.dirname, 'gitleaks', 'fixtures', name), 'utf8');
const [clean, leaking] = [text('clean.json'), text('two-leaks.json')];

describe('judge', () => {
  it('passes when every report is clean', () => {
    expect(
      judge('gitleaks', [
        { name: 'a', text: clean },
        { name: 'b', text: clean },
      ]),
    ).toMatchObject({ tool: 'gitleaks', verdict: 'pass', findings: [], reasons: [] });
  });

  it('blocks on any secret though gitleaks rates none, and says where each is', () => {
    expect(judge('gitleaks', [{ name: 'a', text: leaking }])).toMatchObject({
      verdict: 'block',
      counts: { critical: 0, high: 0, medium: 0, low: 0, info: 0, unknown: 2 },
      reasons: ['Any secret blocks: aws-access-token in config.js:1.', 'Any secret blocks: github-pat in config.js:2.'],
    });
  });

  it('counts a finding of two reports once', () => {
    const twice = judge('gitleaks', [
      { name: 'a', text: leaking },
      { name: 'b', text: leaking },
    ]);
    expect(twice?.findings).toHaveLength(2);
    expect(twice?.counts.unknown).toBe(2);
  });

  it('is invalid as soon as one report is, and names it', () => {
    const reports = [
      { name: 'a', text: clean },
      { name: 'b', text: '' },
      { name: 'c', text: { missing: 'cannot be read' } },
    ];
    expect(judge('gitleaks', reports)).toMatchObject({
      verdict: 'invalid',
      reasons: ['b is empty.', 'c cannot be read.'],
    });
    expect(judge('gitleaks', [...reports, { name: 'd', text: leaking }])?.verdict).toBe('invalid');
  });

  it('lists the same findings in the same order, in whatever order they were written', () => {
    const reversed = JSON.stringify((JSON.parse(leaking) as unknown[]).reverse());
    expect(judge('gitleaks', [{ name: 'a', text: reversed }])).toEqual(
      judge('gitleaks', [{ name: 'a', text: leaking }]),
    );
  });

  it('is invalid without a report', () => {
    expect(judge('gitleaks', [])?.verdict).toBe('invalid');
  });

  it('judges for no tool whose reports it cannot read', () => {
    expect(judge('trivy', [{ name: 'a', text: clean }])).toBeUndefined();
    expect(judge('constructor', [{ name: 'a', text: clean }])).toBeUndefined();
    expect(supportedTools).toEqual(['gitleaks']);
  });
});
