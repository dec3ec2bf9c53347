import { expect, it } from 'vitest';
import { Answer } from './answer.ts';
import { follow, releasesOf } from './follow.ts';
import type { Ask } from './invoke.ts';

const row = (id: string, actor: string): object => ({
  id,
  actor,
  revision: 'a'.repeat(40),
  outcome: 'open',
  openedAt: '2026-11-24T11:00:00Z',
  sentence: '',
});

const listed = (...releases: object[]): Answer =>
  Answer.parse({ ok: true, summary: '', next: [], environments: [{ environment: 'production', releases }] });
const record = (...phases: object[]): Answer => Answer.parse({ ok: true, summary: '', next: [], phases });

/** Answers in turn, and ends the following after the last one. Tells what was asked. */
function script(answers: (Answer | Error)[]): {
  ask: Ask;
  asked: object[];
  pause: () => Promise<void>;
  signal: AbortSignal;
} {
  const end = new AbortController();
  const asked: object[] = [];
  const ask: Ask = (_, event) => {
    asked.push(event);
    const answer = answers.shift();
    if (answer === undefined) throw new Error('asked more often than scripted');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const pause = (): Promise<void> => {
    if (answers.length === 0) end.abort();
    return Promise.resolve();
  };
  return { ask, asked, pause, signal: end.signal };
}

const wanted = { environment: 'production', actor: 'ana', known: new Set(['rel_old']) };

it('knows the releases that were there before', async () => {
  const { ask } = script([listed(row('rel_1', 'ana'), row('rel_2', 'ben'))]);
  expect(await releasesOf(ask, 'production')).toEqual(new Set(['rel_1', 'rel_2']));
});

it('waits for the new release of this person and tells each state of its phases once', async () => {
  const { ask, asked, pause, signal } = script([
    listed(row('rel_old', 'ana')),
    listed(row('rel_push', 'ben'), row('rel_new', 'ana'), row('rel_old', 'ana')),
    record({ name: 'lock', state: 'running' }),
    record({ name: 'lock', state: 'done', ms: 120 }, { name: 'verify', state: 'running', detail: '0 of 1 ready' }),
    record({ name: 'lock', state: 'done', ms: 120 }, { name: 'verify', state: 'running', detail: '1 of 1 ready' }),
  ]);
  const lines: string[] = [];
  await follow(ask, wanted, (line) => void lines.push(line), pause, signal);
  expect(lines).toEqual([
    '  lock       running',
    '  lock       done       0.1s',
    '  verify     running          0 of 1 ready',
    '  verify     running          1 of 1 ready',
  ]);
  expect(asked.slice(2)).toEqual([{ release: 'rel_new' }, { release: 'rel_new' }, { release: 'rel_new' }]);
});

it('goes on after a look that failed', async () => {
  const { ask, pause, signal } = script([
    listed(row('rel_new', 'ana')),
    new Error('throttled'),
    record({ name: 'wake', state: 'running' }),
  ]);
  const lines: string[] = [];
  await follow(ask, wanted, (line) => void lines.push(line), pause, signal);
  expect(lines).toEqual(['  wake       running']);
});

it('says nothing after the end', async () => {
  const end = new AbortController();
  const ask: Ask = (_, event) => {
    if (!('release' in event)) return Promise.resolve(listed(row('rel_new', 'ana')));
    end.abort();
    return Promise.resolve(record({ name: 'close', state: 'done' }));
  };
  const lines: string[] = [];
  await follow(
    ask,
    wanted,
    (line) => void lines.push(line),
    () => Promise.reject(new Error('ended')),
    end.signal,
  );
  expect(lines).toEqual([]);
});
