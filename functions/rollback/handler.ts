import * as z from 'zod';
import { answerResult } from '../core/answer-result.ts';
import { environmentOf } from '../core/config.ts';
import { describeStatus } from '../core/describe-status.ts';
import { releaseId } from '../core/identity.ts';
import { plainLine } from '../core/plain-line.ts';
import { rollback, rollbackTarget } from '../core/rollback.ts';
import { byHandInput } from '../runtime/by-hand-input.ts';
import { handle } from '../runtime/handle.ts';
import { releasePorts } from '../runtime/release-ports.ts';

/** `{}` changes nothing. Without `to`: the last good release before the live one. */
export const RollbackInput = byHandInput(
  { environment: z.string(), to: z.string(), reason: plainLine(200), actor: plainLine(64) },
  ['environment', 'reason'],
);

export const handler = handle('rollback', RollbackInput, async (input, { signal, id }) => {
  const ports = releasePorts();
  if (input === undefined) {
    const status = await describeStatus(ports, Object.keys(ports.config.environments));
    return {
      ...status,
      next: [
        'Roll back: {"environment": "production", "reason": "why"}. To a certain release: add "to": "<release id>".',
      ],
    };
  }
  const { environment, reason, to, actor } = input;
  environmentOf(ports.config, environment);
  const target = await rollbackTarget(ports, environment, to);
  const request = {
    version: 1 as const,
    id: releaseId({ trigger: 'console', invocation: id, environment }),
    action: 'rollback' as const,
    environment,
    revision: target.release.revision,
    trigger: 'console' as const,
    actor: actor ?? 'console',
    requestedAt: ports.clock.now().toISOString(),
    reason,
    restores: target.release.id,
  };
  return answerResult(await rollback(ports, request, { signal, wait: false }));
});
