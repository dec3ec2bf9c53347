import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defaultPolicy, readPolicy } from './policy.ts';
import { Policy } from './schema.ts';
import { testDocumented } from './testing/documented.ts';

const folder = join(import.meta.dirname, '..');
const sample = join(folder, 'policy.yaml');

const { examples } = testDocumented(z.toJSONSchema(Policy, { io: 'input' }), {
  written: join(folder, 'policy.schema.json'),
  sample,
  page: join(folder, '..', 'docs', 'policy.md'),
});

describe('policy.yaml', () => {
  it('blocks any secret, and what is high or critical, and expects the tools of the pipeline', () => {
    const { policy } = readPolicy('scanners/policy.yaml', readFileSync(sample, 'utf8'));
    expect(policy.categories).toEqual(defaultPolicy.categories);
    expect(Object.keys(policy.tools).filter((name) => policy.tools[name]?.optional === undefined)).toEqual([
      'gitleaks',
      'semgrep',
      'trivy',
    ]);
    expect(policy.tools['snyk']?.optional).toMatch(/fork/);
    expect(policy).toMatchObject({ eol: 'block', kev: { found: 'block', excusedBy: [] } });
  });
});

describe('docs/policy.md', () => {
  it('has examples that are accepted', () => {
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) expect(() => readPolicy('the example', example)).not.toThrow();
  });
});
