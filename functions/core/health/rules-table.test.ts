import { describe, expect, it, test } from 'vitest';
import { HealthRule } from './rule.ts';
import { builtInRules } from './rules-table.ts';

describe('built-in rules', () => {
  test.each(builtInRules.map((rule) => [`${rule.group}/${rule.kind}`, rule] as const))(
    '%s is as strict as those of users',
    (_name, rule) => {
      expect(HealthRule.parse(rule)).toEqual(rule);
    },
  );

  it('has no rule that an earlier one hides', () => {
    const hidden = builtInRules.filter((rule, at) =>
      builtInRules.slice(0, at).some(({ group, kind }) => group === rule.group && (kind === '*' || kind === rule.kind)),
    );
    expect(hidden).toEqual([]);
  });
});
