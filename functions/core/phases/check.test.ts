import { beforeEach, expect, test } from 'vitest';
import { memoryClock, type MemoryClock } from '../../adapters/memory/clock.ts';
import { memorySite } from '../../adapters/memory/site.ts';
import { check } from './check.ts';

const url = 'http://203.0.113.7:31445/version';
const revision = 'a'.repeat(40);
const older = 'b'.repeat(40);
type Answer = { status: number; revision?: string } | undefined;

let clock: MemoryClock;
let said: string[];
beforeEach(() => {
  clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });
  said = [];
});

/** Checks a site that gives these answers one after another; the last one stays. */
function run(answers: Answer[], signal = new AbortController().signal): Promise<void> {
  let asked = 0;
  const site = memorySite(() => answers[Math.min(asked++, answers.length - 1)]);
  return check({ site, clock }, url, revision, (text) => void said.push(text), signal);
}
const waited = (): number => clock.now().getTime() - Date.UTC(2026, 0, 1);

test('is over when this revision has answered four times in a row', async () => {
  await run([{ status: 200, revision }]);
  expect([said, waited()]).toEqual([[`${url} answers with revision aaaaaaa`], 900]);
});

test('promise 6: a pod of another revision that answers in between begins it anew', async () => {
  const [mine, other]: Answer[] = [
    { status: 200, revision },
    { status: 200, revision: older },
  ];
  await run([mine, mine, mine, other, mine]);
  expect(said).toEqual([`waiting for ${url}: it is still revision bbbbbbb`, `${url} answers with revision aaaaaaa`]);
  expect(waited()).toBe(4 * 300 + 900);
});

test.each<[string, Answer]>([
  ['no answer (connect ECONNREFUSED)', undefined],
  ['status 503', { status: 503, revision }],
  ['status 302', { status: 302, revision }],
  ['it is still revision bbbbbbb', { status: 200, revision: older }],
  ['the answer names no revision (header x-revision or a JSON field "revision")', { status: 200 }],
])('waits through: %s; and fails with it after 45 s', async (why, answer) => {
  await run([answer, answer, { status: 200, revision }]);
  expect(said[0]).toBe(`waiting for ${url}: ${why}`);
  const from = waited();
  await expect(run([answer])).rejects.toMatchObject({
    code: 'SmokeTestFailed',
    owner: 'change',
    message: `${url} did not answer with revision aaaaaaa: ${why}.`,
    details: { url },
  });
  expect(waited() - from).toBeGreaterThanOrEqual(45_000);
  expect(waited() - from).toBeLessThan(46_000);
});

test('ends with the signal, with its reason: that says nothing about the app', async () => {
  const reason = new Error('the time is up');
  await expect(run([undefined], AbortSignal.abort(reason))).rejects.toBe(reason);
});
