import type { Sandbox } from '../sandbox/sandbox.ts';
import { announce } from '../sandbox/ship.ts';
import { percentile, table, type Section } from './results.ts';

const DELIVERIES = 200;

/**
 * Time from sending a webhook to its 202, one after the other: verify, admit, enqueue. All are the same run, so the queue keeps
 * one message of them; each is a new delivery for the function all the same.
 */
export async function benchWebhook(sandbox: Sandbox): Promise<Section> {
  const tip = sandbox.github.push({ message: 'Measure the webhook' });
  const { payload } = sandbox.github.completeRun({ sha: tip.sha });
  const times: number[] = [];
  for (let index = 0; index < DELIVERIES; index++) {
    const { status, elapsedMs } = await announce(sandbox, { payload });
    if (status !== 202) throw new Error(`Delivery ${index + 1} was answered ${status}.`);
    times.push(elapsedMs);
  }
  const at = (part: number): string => `${percentile(times, part).toFixed(1)} ms`;
  return {
    title: `Webhook acknowledgement, ${DELIVERIES} deliveries one after another`,
    lines: table(['p50', 'p90', 'p99', 'max'], [[at(0.5), at(0.9), at(0.99), at(1)]]),
  };
}
