import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReleaseError } from './errors.ts';
import { isPlainLine, NOT_PLAIN } from './plain-line.ts';
import type { ReleaseRequest } from './release.ts';
import { messageKey, parseRequest } from './request.ts';

const text = (longest: number) =>
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: Math.floor(longest / 8) }).filter(isPlainLine);
const time = fc
  .date({ noInvalidDate: true, min: new Date('2020-01-01'), max: new Date('2099-12-31') })
  .map((date) => date.toISOString());
const count = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

const requests: fc.Arbitrary<ReleaseRequest> = fc.record(
  {
    version: fc.constant(1 as const),
    id: fc.stringMatching(/^rel_[0-9a-z]{26}$/),
    action: fc.constantFrom('deploy' as const, 'rollback' as const),
    environment: fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/),
    revision: fc.stringMatching(/^[0-9a-f]{40}$/),
    trigger: fc.constantFrom('workflow_run' as const, 'console' as const, 'schedule' as const),
    actor: text(256),
    requestedAt: time,
    run: fc.record({ id: count, number: count, attempt: count, createdAt: time }),
    delivery: fc.uuid(),
    reason: text(1_000),
    plan: fc.boolean(),
    resumed: fc.nat(),
  },
  {
    requiredKeys: ['version', 'id', 'action', 'environment', 'revision', 'trigger', 'actor', 'requestedAt'],
  },
);

const sample: ReleaseRequest = {
  version: 1,
  id: 'rel_1',
  action: 'deploy',
  environment: 'production',
  revision: 'a'.repeat(40),
  trigger: 'console',
  actor: 'arn:aws:iam::000000000000:user/ada',
  requestedAt: '2026-01-01T00:00:00.000Z',
};

/** What parseRequest says; none when it reads the body. */
function problemsOf(body: string): readonly string[] {
  try {
    parseRequest(body);
    return [];
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code !== 'PayloadInvalid') throw error;
    return (error.details['problems'] as string[] | undefined) ?? [error.message];
  }
}

describe('parseRequest', () => {
  test('reads back whatever is sent', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(parseRequest(JSON.stringify(request))).toEqual(request);
      }),
    );
  });

  test('nothing but JSON objects gets through, and nothing else is thrown', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(problemsOf(body)).not.toEqual([]);
      }),
    );
  });

  test('any other kind of value for a key is refused, by the name of the key', () => {
    fc.assert(
      fc.property(requests, fc.constantFrom(...Object.keys(sample)), fc.jsonValue(), (request, key, value) => {
        fc.pre(value !== null && typeof value === 'object');
        const problems = problemsOf(JSON.stringify({ ...request, [key]: value }));
        expect(problems).not.toEqual([]);
        expect(problems.filter((problem) => !problem.startsWith(`${key}: `))).toEqual([]);
      }),
    );
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['a short revision', { revision: 'abc1234' }, /^revision: .*40 hex digits/],
    ['a revision in capitals', { revision: 'A'.repeat(40) }, /^revision: /],
    ['another version', { version: 2 }, /^version: /],
    ['an environment that is a path', { environment: '../prod' }, /^environment: a name in lower case/],
    ['an unknown action', { action: 'destroy' }, /^action: /],
    ['an empty actor', { actor: '  ' }, /^actor: /],
    ['an actor who turns the text around it', { actor: 'ana\u202e' }, /^actor: must have a letter or digit/],
    ['a reason of more than one line', { reason: 'so\nGATE PASSED' }, /^reason: must have a letter or digit/],
    ['a time that is none', { requestedAt: 'yesterday' }, /^requestedAt: /],
    ['a run without its number', { run: { id: 1, attempt: 1, createdAt: sample.requestedAt } }, /^run\.number: /],
    [
      'a run with a page, which only GitHub gives',
      { run: { id: 1, number: 1, attempt: 1, createdAt: sample.requestedAt, url: 'https://github.com' } },
      /^run\.url: unknown key$/,
    ],
    ['a negative resume', { resumed: -1 }, /^resumed: /],
    ['a key too many', { image: 'registry.test/evil' }, /^image: unknown key$/],
  ])('%s', (_name, change, problem) => {
    expect(problemsOf(JSON.stringify({ ...sample, ...change }))).toEqual([expect.stringMatching(problem)]);
  });

  describe('break-glass', () => {
    const glass = { ...sample, breakGlass: true, reason: 'Checkout is down' };

    test('a person asks for it, by name and with a reason', () => {
      expect(parseRequest(JSON.stringify(glass))).toEqual(glass);
    });

    test.each<[string, object, string[]]>([
      ['a webhook', { trigger: 'workflow_run' }, ['trigger: breakGlass is for a person (console) only']],
      ['a schedule', { trigger: 'schedule' }, ['trigger: breakGlass is for a person (console) only']],
      ['no reason', { reason: undefined }, ['reason: is missing; breakGlass needs it']],
      ['a reason that says nothing', { reason: '…' }, [`reason: ${NOT_PLAIN}`]],
      ['a name that is not seen', { actor: '\u3164' }, [`actor: ${NOT_PLAIN}`]],
    ])('is refused to %s', (_, change, problems) => {
      expect(problemsOf(JSON.stringify({ ...glass, ...change }))).toEqual(problems);
    });

    test('what does not ask for it needs no reason', () => {
      const { reason: _, ...rest } = glass;
      expect(problemsOf(JSON.stringify({ ...rest, breakGlass: false, trigger: 'workflow_run' }))).toEqual([]);
    });
  });

  test('all problems are named in one sentence', () => {
    const { actor: _actor, ...rest } = sample;
    expect(() => parseRequest(JSON.stringify({ ...rest, revision: 'x', surprise: 1 }))).toThrow(
      /^This is not a release request: (?=.*revision: )(?=.*actor: )(?=.*surprise: unknown key).*\.$/,
    );
    expect(problemsOf('{"version": 1,')).toEqual(['This is not a release request: the body is not JSON.']);
  });
});

test('a message is known by its release and by how often it was queued again', () => {
  const keys = [sample, { ...sample, resumed: 1 }, { ...sample, resumed: 2 }, { ...sample, id: 'rel_11' }].map(
    messageKey,
  );
  expect(new Set(keys).size).toBe(4);
  expect(messageKey({ ...sample, resumed: 0, delivery: 'again' })).toBe(messageKey(sample));
});
