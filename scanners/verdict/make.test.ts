import { describe, expect, test } from 'vitest';
import { decide, type Decision, type Read } from '../policy/decide.ts';
import { finding, invalid, now, policyOf, read } from '../policy/testing/make.ts';
import type { PolicyInput } from '../policy/schema.ts';
import { predicateOf, type RunFacts } from './make.ts';
import { Predicate } from './predicate.ts';

const facts: RunFacts = {
  repository: 'acme/shop',
  repositoryId: '123456789',
  commit: 'c'.repeat(40),
  ref: 'refs/heads/main',
  workflowPath: '.github/workflows/ci.yml',
  trigger: 'push',
  runner: 'github-hosted',
  runId: '9876543210',
  runAttempt: 1,
};

const decided = (reports: Read[], fields: Omit<PolicyInput, 'version'> = {}): Decision =>
  decide({ policy: policyOf(fields), reports, now });
const snyk = { optional: 'No token.' };

describe('predicateOf', () => {
  test.each<[string, PolicyInput['tools'], Read[], string[]]>([
    ['none where no tool is named', {}, [read('trivy')], []],
    ['none where each has a report', { trivy: {}, snyk }, [read('trivy'), read('snyk')], []],
    ['one that has none', { trivy: {}, snyk }, [read('trivy')], ['snyk']],
    ['two that have none', { zap: { optional: 'No app.' }, snyk }, [read('trivy')], ['snyk', 'zap']],
  ])('names what was skipped: %s', (_, tools, reports, skipped) => {
    const predicate = predicateOf(decided(reports, { tools }), facts);
    expect(predicate.skipped).toEqual(skipped);
    expect(predicate.tools.map(({ tool }) => tool)).not.toContain(skipped[0]);
    expect(Predicate.parse(predicate)).toEqual(predicate);
  });

  test('names the scanner, the image that was scanned and the waiver that was used', () => {
    const scan = { scanner: { name: 'trivy', version: '0.74.0' }, subject: { imageId: `sha256:${'c0'.repeat(32)}` } };
    const waiver = { id: 'CVE-2026-1000', owner: 'ada', reason: 'not reached', expires: '2026-12-20' };
    const decision = decided([read('trivy', [finding()], scan)], { tools: { trivy: {}, snyk }, waivers: [waiver] });
    expect(predicateOf(decision, facts)).toMatchObject({
      verdict: 'pass',
      waiversUsed: [{ id: 'CVE-2026-1000', owner: 'ada', expires: '2026-12-20T00:00:00Z' }],
      tools: [{ tool: 'trivy', name: 'trivy', version: '0.74.0', findings: 1 }],
      image: { configs: [scan.subject.imageId] },
    });
  });

  test('is refused of what is invalid', () => {
    expect(() => predicateOf(decided([invalid('trivy')]), facts)).toThrow(RangeError);
  });
});

describe('Predicate', () => {
  const { skipped: _, ...older } = predicateOf(decided([read('trivy')]), facts);
  test.each<[string, unknown, boolean]>([
    ['no word on what was skipped, as older ones', undefined, true],
    ['nothing that was skipped', [], true],
    ['a tool that was skipped', ['snyk'], true],
    ['a name that is empty', [''], false],
    ['a name that is longer than any tool has', ['x'.repeat(33)], false],
    ['a tool for each of 101', Array.from({ length: 101 }, (__, at) => `t${at}`), false],
    ['something that is no list', 'snyk', false],
  ])('with %s', (__, skipped, isRead) => {
    const predicate = skipped === undefined ? older : { ...older, skipped };
    expect(Predicate.safeParse(predicate).data).toStrictEqual(isRead ? predicate : undefined);
  });
});
