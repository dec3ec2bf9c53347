import { expect, test } from 'vitest';
import { fromCheck, fromVitest, summarize, type PartResult } from './summary.ts';

const ok = { code: 0, output: '' };
const pass = { name: 'a.test.ts > adds', state: 'passed' } as const;
const fail = { name: 'a.test.ts > divides', state: 'failed', output: 'expected 1 to be 2' } as const;
const skip = { name: 'a.test.ts > boots', state: 'skipped', note: 'no root' } as const;

const CASES: { when: string; part: PartResult; ci: boolean; last: string; lines: string[] }[] = [
  { when: 'a check is clean', part: fromCheck('lint', ok), ci: true, last: '1 passed, 0 failed', lines: [] },
  {
    when: 'a check fails',
    part: fromCheck('lint', { code: 1, output: 'bad\nworse\n' }),
    ci: false,
    last: '0 passed, 1 failed',
    lines: ['', 'FAILED lint', '  bad', '  worse'],
  },
  {
    when: 'a test fails',
    part: fromVitest('unit', { tests: [pass, fail], errors: [] }, { code: 1, output: 'all of it' }),
    ci: false,
    last: '1 passed, 1 failed',
    lines: ['', 'FAILED a.test.ts > divides', '  expected 1 to be 2'],
  },
  {
    when: 'a test is skipped by hand',
    part: fromVitest('sandbox', { tests: [pass, skip], errors: [] }, ok),
    ci: false,
    last: '1 passed, 0 failed',
    lines: ['', 'SKIPPED 1 test: no root', '  a.test.ts > boots'],
  },
  {
    when: 'tests are skipped in CI',
    part: fromVitest('sandbox', { tests: [pass, skip, { ...skip, name: 'b' }], errors: [] }, ok),
    ci: true,
    last: '1 passed, 2 failed',
    lines: ['', 'SKIPPED 2 tests: no root (counted as failed: CI runs everything)', '  a.test.ts > boots', '  b'],
  },
  {
    when: 'a hook fails, or a file does not load',
    part: fromVitest(
      'unit',
      { tests: [pass], errors: [{ name: 'b.test.ts', output: 'no such file' }] },
      { code: 1, output: '' },
    ),
    ci: false,
    last: '1 passed, 1 failed',
    lines: ['', 'FAILED b.test.ts', '  no such file'],
  },
  {
    when: 'vitest fails although every test passed',
    part: fromVitest('unit', { tests: [pass], errors: [] }, { code: 1, output: 'out of memory' }),
    ci: false,
    last: '1 passed, 1 failed',
    lines: ['', 'FAILED unit: vitest ended with 1', '  out of memory'],
  },
  {
    when: 'vitest leaves no report',
    part: fromVitest('unit', undefined, { code: 0, output: 'killed' }),
    ci: false,
    last: '0 passed, 1 failed',
    lines: ['', 'FAILED unit: no tests found', '  killed'],
  },
];

test.each(CASES)('when $when: $last', ({ part, ci, last, lines }) => {
  const summary = summarize([part], { ci });
  expect(summary.last).toBe(last);
  expect(summary.lines).toEqual(lines);
});

test('the parts add up', () => {
  const parts = [
    fromCheck('lint', ok),
    fromVitest('unit', { tests: [pass, pass, fail], errors: [] }, { code: 1, output: '' }),
  ];
  expect(summarize(parts, { ci: true })).toMatchObject({ passed: 3, failed: 1, last: '3 passed, 1 failed' });
});
