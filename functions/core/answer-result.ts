import type { Lease } from './ports.ts';
import { resultOf, type Result } from './result.ts';
import type { Answer } from './run-release.ts';

/** What a person gets back for a deploy or a rollback. */
export function answerResult(answer: Answer): Result {
  switch (answer.kind) {
    case 'ended':
      return resultOf(answer.release);
    case 'continues':
      return {
        ...resultOf(answer.release),
        summary: `${answer.release.environment}: release ${answer.release.id} needs more time; it was queued again and goes on by itself.`,
      };
    case 'busy':
      return busyResult(answer.by);
  }
}

function busyResult(by: Lease): Result {
  return {
    ok: false,
    summary: `${by.environment} is busy: release ${by.holder} holds it until ${by.expiresAt}, or longer if it renews.`,
    next: [
      `Follow it: npx hawser status --release ${by.holder}`,
      'Then invoke this again; the lock expires by itself if the release died.',
    ],
    busy: by,
  };
}
