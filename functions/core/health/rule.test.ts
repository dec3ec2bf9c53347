import { describe, expect, it, test } from 'vitest';
import { health } from './health.ts';
import { HealthRule } from './rule.ts';
import type { Parts } from './testing/check.ts';
import { condition, object } from './testing/object.ts';

describe('rules of users', () => {
  const rules = [
    HealthRule.parse({
      group: '*.example.com',
      kind: 'Widget',
      cases: [
        { when: { path: 'status.parts[].colour', is: ['red', 'black'] }, status: 'Degraded', message: 'status.note' },
        {
          when: [
            { path: 'status.phase', is: 'Idle' },
            { path: 'spec.wanted', exists: false },
          ],
          status: 'Suspended',
          reason: 'NotWanted',
        },
        { when: { path: 'status.painted', below: 'spec.parts' }, status: 'Progressing', reason: 'Painting' },
        { when: { condition: 'Dry', is: 'True', in: 'status.checks' }, status: 'Healthy' },
      ],
      otherwise: 'Progressing',
    }),
    HealthRule.parse({
      group: 'apps',
      kind: 'Deployment',
      cases: [{ when: { path: 'status.availableReplicas', below: 1 }, status: 'Degraded' }],
    }),
  ];
  const of = (parts: Parts): [string, string, string] => {
    const { status, reason, message } = health(object('paint.example.com/v1 Widget', parts), [], rules);
    return [status, reason, message];
  };

  it('tries the cases in their order', () => {
    expect(of({ status: { parts: [{ colour: 'blue' }, { colour: 'red' }], note: 'wrong paint' } })).toEqual([
      'Degraded',
      'Red',
      'status.parts[].colour is red: wrong paint.',
    ]);
    expect(of({ status: { phase: 'Idle' } }).slice(0, 2)).toEqual(['Suspended', 'NotWanted']);
    expect(of({ spec: { wanted: 1, parts: 3 }, status: {} })[2]).toBe('status.painted is 0 of 3.');
    expect(of({ spec: { wanted: 1, parts: 3 }, status: { phase: 'Idle', painted: 2 } })).toEqual([
      'Progressing',
      'Painting',
      'status.painted is 2 of 3.',
    ]);
    expect(of({ spec: { wanted: 1 }, status: { checks: [condition('Dry=True Touched: it is dry')] } })).toEqual([
      'Healthy',
      'Touched',
      'The condition Dry holds: it is dry.',
    ]);
    expect(of({ spec: { wanted: 1 }, status: {} })[0]).toBe('Progressing');
  });

  it('comes before what is built in, and leaves to it what no case fits', () => {
    const deployment = (available: number): string =>
      health(
        object('apps/v1 Deployment', { spec: { paused: true }, status: { availableReplicas: available } }),
        [],
        rules,
      ).status;
    expect(deployment(0)).toBe('Degraded');
    expect(deployment(1)).toBe('Suspended');
  });

  it('is for its group and kind alone', () => {
    expect(health(object('example.com/v1 Widget', { spec: {} }), [], rules).reason).toBe('NoStatus');
    expect(health(object('paint.example.com/v1 Brush', { spec: {} }), [], rules).reason).toBe('NoStatus');
  });

  test.each([
    ['a status that is none', { status: 'Fine' }],
    ['a path that is none', { when: { path: 'status..phase', is: 'x' } }],
    ['a key that is none', { when: { path: 'status.phase', equals: 'x' } }],
    ['a reason that is no word', { reason: 'not one word' }],
  ])('refuses %s', (_name, change) => {
    const good = { when: { path: 'status.phase', is: 'x' }, status: 'Healthy' };
    expect(HealthRule.safeParse({ group: 'a.b', kind: 'C', cases: [good] }).success).toBe(true);
    expect(HealthRule.safeParse({ group: 'a.b', kind: 'C', cases: [{ ...good, ...change }] }).success).toBe(false);
  });
});
