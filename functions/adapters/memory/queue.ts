import type { Clock, Queue } from '../../core/ports.ts';
import type { ReleaseRequest } from '../../core/release.ts';
import { messageKey } from '../../core/request.ts';

/** How long SQS knows a deduplication id. */
const DEDUPLICATION_MS = 300_000;

export interface MemoryQueue extends Queue {
  /** Takes the oldest message whose environment has none in work. `done` ends it; until then its group waits. */
  receive(): { body: string; done: () => void } | undefined;
  /** What was buried, with the reasons. */
  readonly buried: { body: string; reason: string }[];
}

/** The queue in memory: first in, first out by environment, one at a time in each, duplicates of five minutes dropped. */
export function memoryQueue({ clock }: { clock: Clock }): MemoryQueue {
  const waiting: { group: string; body: string }[] = [];
  const busy = new Set<string>();
  const seen = new Map<string, number>();
  const buried: { body: string; reason: string }[] = [];
  return {
    buried,
    async send(request: ReleaseRequest) {
      const now = clock.now().getTime();
      const last = seen.get(messageKey(request));
      if (last !== undefined && now - last < DEDUPLICATION_MS) return;
      seen.set(messageKey(request), now);
      waiting.push({ group: request.environment, body: JSON.stringify(request) });
    },
    async bury(body, reason) {
      buried.push({ body, reason });
    },
    receive() {
      const index = waiting.findIndex(({ group }) => !busy.has(group));
      const [message] = index < 0 ? [] : waiting.splice(index, 1);
      if (message === undefined) return undefined;
      busy.add(message.group);
      return { body: message.body, done: () => void busy.delete(message.group) };
    },
  };
}
