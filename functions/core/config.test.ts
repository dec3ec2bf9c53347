import { describe, expect, it } from 'vitest';
import { environmentOf, parseConfig } from './config.ts';
import { ReleaseError } from './errors.ts';
import { rawConfig, testConfig } from './testing/config.ts';

function problemsOf(value: unknown): readonly string[] {
  try {
    parseConfig(value);
  } catch (error) {
    if (error instanceof ReleaseError) return error.details['problems'] as string[];
  }
  return [];
}

describe('parseConfig', () => {
  it('reads durations as milliseconds and fills in the defaults', () => {
    const { environments, drift, github } = testConfig();
    expect(environments['production']?.rollout).toMatchObject({
      timeout: 60_000,
      check: '/version',
      onFailure: 'rollback',
      surge: 'keep',
      prePull: 'auto',
    });
    expect(environments['production']?.node).toMatchObject({ wakeOnDeploy: true, startTimeout: 300_000 });
    expect([drift.every, github.api]).toEqual([3_600_000, 'https://api.github.com']);
  });

  it('names every problem at once, with its path', () => {
    const raw = rawConfig();
    const { production } = raw['environments'] as { production: Record<string, unknown> };
    const broken = {
      ...raw,
      version: 2,
      colour: 'blue',
      environments: {
        production: { ...production, rollout: { timeout: 'soon', retries: 3 }, node: { instance: 'web-1' } },
      },
    };
    const problems = problemsOf(broken);
    expect(problems).toHaveLength(5);
    expect(problems.map((problem) => problem.split(':')[0]).toSorted()).toEqual([
      'colour',
      'environments.production.node.instance',
      'environments.production.rollout.retries',
      'environments.production.rollout.timeout',
      'version',
    ]);
  });

  it.each([
    ['an upper-case image', { image: 'ghcr.io/Acme/shop' }],
    ['a tagged image', { image: 'ghcr.io/acme/shop:latest' }],
    ['an image without registry', { image: 'shop' }],
  ])('refuses %s', (_, change) => {
    const raw = rawConfig();
    expect(problemsOf({ ...raw, app: { ...(raw['app'] as object), ...change } })[0]).toMatch(/^app\.image: /);
  });

  it('refuses a manifests path that leaves the k8s folder', () => {
    const raw = rawConfig();
    const { production } = raw['environments'] as { production: object };
    expect(
      problemsOf({ ...raw, environments: { production: { ...production, manifests: 'overlays/../../etc' } } })[0],
    ).toMatch(/no \.\./);
  });

  it.each([[undefined], [null], [[]], ['text'], [{}]])('refuses %j without failing otherwise', (value) => {
    expect(problemsOf(value).length).toBeGreaterThan(0);
  });
});

describe('environmentOf', () => {
  it('names the environments there are when it knows none of that name', () => {
    expect(() => environmentOf(testConfig(), 'prod')).toThrow(/"prod".*production/);
    expect(() => environmentOf(testConfig(), 'constructor')).toThrow(ReleaseError);
  });
});
