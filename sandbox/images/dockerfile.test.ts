import { expect, test } from 'vitest';
import { writeBuildArgs } from './dockerfile.ts';

const args = { REVISION: 'abc123', BASE: 'localhost/base:1' };

test.each([
  ['FROM ${BASE} AS build', 'FROM localhost/base:1 AS build'],
  ['ENV REVISION=$REVISION', 'ENV REVISION=abc123'],
  ['LABEL a="${REVISION}" \\\n  b="${REVISION}"', 'LABEL a="abc123" \\\n  b="abc123"'],
  ['ARG REVISION', 'ARG REVISION'],
  ['CMD echo $REVISIONS ${OTHER} ${process.env.PORT || 8080} ${toString}', undefined],
])('%j', (line, expected) => {
  expect(writeBuildArgs(line, args)).toBe(expected ?? line);
});

test.each(['', 'two words', 'a"b', 'a\nRUN evil', '$HOME'])('refuses the value %j', (value) => {
  expect(() => writeBuildArgs('ENV A=${A}', { A: value })).toThrow(/unsafe/);
});
