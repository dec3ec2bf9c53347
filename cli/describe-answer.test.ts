import { expect, it } from 'vitest';
import { Answer } from './answer.ts';
import { describeAnswer } from './describe-answer.ts';

it('tells a failed release: the sentence, what to do, the phases in columns, the log', () => {
  const answer = Answer.parse({
    ok: false,
    summary: 'production: 4f2c1aa failed: container app exits 1.',
    next: ['Read the log.', 'Go back: npx hawser rollback'],
    release: { id: 'rel_1', environment: 'production', revision: '4f2c1aa', outcome: 'failed' },
    phases: [
      { name: 'admit', state: 'done', ms: 41, detail: 'by hand, ana' },
      { name: 'verify', state: 'failed', ms: 61_204, detail: 'CrashLoopBackOff' },
      { name: 'rollback', state: 'running' },
    ],
    failure: { code: 'ContainerCrashing', owner: 'change', logs: ['Error: no database'] },
    links: {},
  });
  expect(describeAnswer(answer)).toBe(
    [
      'production: 4f2c1aa failed: container app exits 1.',
      '→ Read the log.',
      '→ Go back: npx hawser rollback',
      '',
      '  admit     done     0.0s   by hand, ana',
      '  verify    failed   61.2s  CrashLoopBackOff',
      '  rollback  running',
      '',
      'Last log lines:',
      '  Error: no database',
    ].join('\n'),
  );
});

it('tells the releases of each environment, and nothing of one that has none', () => {
  const releases = [
    {
      id: 'rel_2',
      revision: 'b'.repeat(40),
      outcome: 'open',
      actor: 'ana',
      openedAt: '2026-11-24T11:00:00Z',
      sentence: '',
    },
  ];
  const environments = [
    { environment: 'production', releases },
    { environment: 'staging', releases: [] },
  ];
  expect(describeAnswer({ ok: true, summary: 'production: good.', next: [], environments })).toBe(
    'production: good.\n\nReleases to production, newest first:\n  2026-11-24T11:00:00Z  bbbbbbb  open  ana  rel_2',
  );
});

it('tells each object and field that has drifted', () => {
  const drift = [
    {
      ref: { kind: 'Deployment', namespace: 'shop', name: 'shop' },
      kind: 'changed',
      changes: [
        { path: 'spec.replicas', live: 3, desired: 1 },
        { path: 'spec.paused', live: true },
      ],
    },
    { ref: { kind: 'Namespace', name: 'shop' }, kind: 'missing', changes: [] },
  ];
  const answer = Answer.parse({
    ok: false,
    summary: 'drifted',
    next: [],
    reports: [{ environment: 'production', state: 'drifted', drift }],
  });
  expect(describeAnswer(answer)).toBe(
    [
      'drifted',
      '',
      'production: Deployment shop/shop differs',
      '  spec.replicas',
      '    - 3',
      '    + 1',
      '  spec.paused',
      '    - true',
      '    + (nothing)',
      'production: Namespace shop is missing',
    ].join('\n'),
  );
});

it('lets nothing in an answer act on the terminal', () => {
  const text = describeAnswer({ ok: true, summary: 'a\u001b[2Jb\r\u009b31mc\ttab', next: ['d\ne'] });
  expect(text).toBe('a\ufffd[2Jb\ufffd\ufffd31mc\ttab\n→ d\ne');
});

it('tells the plan object by object, what hooks wrote, and what else is to know', () => {
  const answer = Answer.parse({
    ok: true,
    summary: 'production: 4f2c1aa would change: 1 created, 1 configured, 1 pruned. Nothing was applied.',
    next: [],
    plan: {
      changes: [
        { object: 'ConfigMap shop/fresh', change: 'created', fields: [] },
        {
          object: 'Deployment shop/shop',
          change: 'configured',
          fields: [{ path: 'spec.replicas', live: 1, desired: 2 }],
        },
        { object: 'ConfigMap shop/old', change: 'pruned', fields: [] },
      ],
      unchanged: 3,
      more: 0,
    },
    hooks: [{ stage: 'pre-deploy', object: 'Job shop/migrate', state: 'succeeded', logs: ['2 migrations'] }],
    notes: ['Namespace old is not pruned.'],
  });
  expect(describeAnswer(answer).split('\n').slice(2)).toEqual([
    'Plan:',
    '  + ConfigMap shop/fresh',
    '  ~ Deployment shop/shop',
    '      spec.replicas: 1 → 2',
    '  - ConfigMap shop/old',
    '    3 unchanged',
    '',
    'pre-deploy Job shop/migrate succeeded',
    '  2 migrations',
    '',
    'Notes:',
    '  Namespace old is not pruned.',
  ]);
});
