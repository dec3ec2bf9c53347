import { sentence, took } from './report.ts';
import type { Release } from './release.ts';

/** What every function answers: the sentence first, then what to do next, then the facts. Key order is reading order. */
export interface Result {
  ok: boolean;
  summary: string;
  next: string[];
  [fact: string]: unknown;
}

/** The answer about one release. `next` names the exact command or place for what a person would want to do now. */
export function resultOf(release: Release): Result {
  const good = release.outcome === 'succeeded' || release.outcome === 'planned' || release.outcome === 'superseded';
  return {
    ok: release.state === 'open' || good,
    summary: sentence(release),
    next: nextOf(release),
    release: {
      id: release.id,
      environment: release.environment,
      action: release.action,
      revision: release.revision,
      image: release.image,
      gate: release.gate,
      address: release.address,
      actor: release.actor,
      trigger: release.trigger,
      outcome: release.outcome,
      reason: release.reason,
      restored: release.restored,
      restoredGate: release.restoredGate,
      openedAt: release.openedAt,
      endedAt: release.endedAt,
      duration: release.endedAt === undefined ? undefined : took(release),
    },
    phases: release.phases.map(({ name, state, startedAt, endedAt, detail }) => ({
      name,
      state,
      ms: endedAt === undefined ? undefined : Date.parse(endedAt) - Date.parse(startedAt),
      detail,
    })),
    changes: release.changes,
    plan: release.plan,
    hooks: release.hooks,
    notes: release.notes,
    failure: release.failure,
    links: { app: release.url, workflowRun: release.run?.url },
  };
}

/** What a planned release needs beside, to be deployed though the gate says no. */
function pastGate({ gate }: Release): string {
  return gate?.state === 'bypassed' ? ' --break-glass --actor NAME --reason "…"' : '';
}

function nextOf(release: Release): string[] {
  const { environment, failure } = release;
  if (release.state === 'open') return [`Follow it: npx hawser status --environment ${environment}`];
  if (failure === undefined)
    return release.outcome === 'planned'
      ? [`Deploy it: npx hawser deploy --environment ${environment} --revision ${release.revision}${pastGate(release)}`]
      : [];
  return [
    failure.hint,
    ...(failure.logs.length === 0 ? [] : [`The last ${failure.logs.length} log lines are under failure.logs.`]),
    ...(release.outcome === 'failed'
      ? [`Go back to the last good release: npx hawser rollback --environment ${environment} --reason "…"`]
      : []),
  ];
}
