import { describe, expect, test } from 'vitest';
import type { Answer } from './answer.ts';
import { exitCodeOfAnswer, exitCodeOfError } from './exit-code.ts';

const answer = (more: Partial<Answer>): Answer => ({ ok: true, summary: '', next: [], ...more });
const release = (outcome?: string): Answer['release'] => ({
  id: 'rel_1',
  environment: 'production',
  revision: 'a'.repeat(40),
  ...(outcome === undefined ? {} : { outcome }),
});
const failure = (code: string, owner: string): Answer['failure'] => ({ code, owner, logs: [] });
const report = (state: string) => ({ environment: 'production', state });

describe('exitCodeOfAnswer', () => {
  test.each<[number, string, Answer]>([
    [0, 'a release that succeeded', answer({ release: release('succeeded') })],
    [0, 'a plan', answer({ release: release('planned') })],
    [0, 'a release that a newer one has replaced', answer({ release: release('superseded') })],
    [1, 'a failed one', answer({ ok: false, release: release('failed'), failure: failure('ProbeFailing', 'change') })],
    [1, 'one that was rolled back', answer({ ok: false, release: release('rolled_back') })],
    [1, 'a config that is wrong where it runs', answer({ ok: false, failure: failure('AccessDenied', 'config') })],
    [
      1,
      'manifests of a release that are wrong',
      answer({ ok: false, release: release('failed'), failure: failure('ManifestInvalid', 'change') }),
    ],
    [2, 'an input that is refused', answer({ ok: false, failure: failure('InputInvalid', 'caller') })],
    [2, 'a release that is not there', answer({ ok: false, failure: failure('ReleaseUnknown', 'caller') })],
    [2, 'a config that is refused', answer({ ok: false, failure: failure('ConfigInvalid', 'config') })],
    [3, 'a release that the gate rejected', answer({ ok: false, release: release('rejected') })],
    [4, 'an environment that is busy', answer({ ok: false, busy: { holder: 'rel_2' } })],
    [5, 'a release that goes on later', answer({ release: release() })],
    [5, 'a deadline', answer({ ok: false, failure: failure('DeadlineReached', 'internal') })],
    [
      5,
      'a release that time ended',
      answer({ ok: false, release: release('failed'), failure: failure('DeadlineReached', 'internal') }),
    ],
    [0, 'no drift', answer({ reports: [report('in-sync'), report('asleep')] })],
    [1, 'drift', answer({ ok: false, reports: [report('drifted'), report('busy')] })],
    [4, 'a drift check that could not be made', answer({ reports: [report('in-sync'), report('busy')] })],
    [1, 'a code that this version does not know', answer({ ok: false, failure: failure('MoonTooFar', 'platform') })],
  ])('%i: %s', (code, _, given) => {
    expect(exitCodeOfAnswer(given)).toBe(code);
  });
});

describe('exitCodeOfError', () => {
  test.each([
    [2, 'PayloadInvalid', 'caller'],
    [2, 'KubeconfigInvalid', 'config'],
    [3, 'GateBlocked', 'change'],
    [1, 'AccessDenied', 'config'],
    [1, 'AwsUnavailable', 'platform'],
    [5, 'DeadlineReached', 'internal'],
  ])('%i: %s', (exit, code, owner) => {
    expect(exitCodeOfError({ code, owner })).toBe(exit);
  });
});
