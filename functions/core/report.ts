import type { DeploymentState } from './ports.ts';
import type { Changes, Outcome, PhaseName, Release } from './release.ts';

/** GitHub cuts a status description at 140 characters. */
const LIMIT = 140;

/** The phases that GitHub's status line names, with what it says. Others are too short to be worth a request. */
const spoken: Partial<Record<PhaseName, string>> = {
  lock: 'Waiting for its turn',
  wake: 'Starting the node',
  pull: 'Pulling the image',
  'pre-deploy': 'Running the pre-deploy hooks',
  apply: 'Applying',
  verify: 'Waiting for the rollout',
  'post-deploy': 'Running the post-deploy hooks',
  rollback: 'Rolling back',
};

/** The GitHub status for a phase that goes on, or undefined when the phase is not worth one. */
export function progressStatus(
  phase: PhaseName,
  detail: string,
): { state: DeploymentState; description: string } | undefined {
  const text = spoken[phase];
  if (text === undefined) return undefined;
  return { state: phase === 'lock' ? 'queued' : 'in_progress', description: clip(`${text}: ${detail}`) };
}

/** The GitHub status that a closed release ends with. The change's fault is `failure`; ours, AWS' or GitHub's is `error`. */
export function finalStatus(release: Release): {
  state: DeploymentState;
  description: string;
  environmentUrl?: string;
} {
  const description = clip(sentence(release));
  const state = finalState(release.outcome, release);
  return {
    state,
    description,
    ...(state === 'success' && release.url !== undefined ? { environmentUrl: release.url } : {}),
  };
}

function finalState(outcome: Outcome | undefined, release: Release): DeploymentState {
  switch (outcome) {
    case 'succeeded':
      return 'success';
    case 'superseded':
    case 'planned':
      return 'inactive';
    case 'rejected':
      return 'failure';
    case 'failed':
    case 'rolled_back':
      return release.failure?.owner === 'change' || release.failure?.owner === 'config' ? 'failure' : 'error';
    default:
      return 'in_progress';
  }
}

/** The one sentence on a release that all readers get first; where an image went past the gate, that comes before. */
export function sentence(release: Release): string {
  return [...alarms(release), ending(release)].join(' ');
}

/** First what was brought back: it is what runs. Where the rollback has not succeeded, it was only to be brought back. */
function alarms({ gate, restoredGate, outcome }: Release): string[] {
  const would = outcome === 'planned' ? 'WOULD BE ' : '';
  const past = gate?.state === 'bypassed' ? [`GATE ${would}BYPASSED by ${gate.by} (${gate.refusal.code}).`] : [];
  const what = `what was ${outcome === 'rolled_back' ? '' : 'to be '}brought back`;
  switch (restoredGate?.state) {
    case 'bypassed':
      return [`GATE BYPASSED by ${restoredGate.by} (${restoredGate.refusal.code}) for ${what}.`, ...past];
    case 'unknown':
      return [`NO GATE RECORD of ${what}.`, ...past];
    default:
      return past;
  }
}

function ending(release: Release): string {
  const what = `${release.environment}: ${release.revision.slice(0, 7)}`;
  const why = release.failure?.message ?? '';
  switch (release.outcome) {
    case 'succeeded':
      return release.action === 'rollback'
        ? `${what} serves again after a rollback by ${release.actor}, ${took(release)}.`
        : `${what} is live in ${took(release)}.`;
    case 'planned':
      return `${what} would change: ${planned(release.changes)}. Nothing was applied.`;
    case 'superseded':
      return `${what} was superseded${release.reason === undefined ? '' : `: ${release.reason}`}.`;
    case 'rejected':
      return `${what} was rejected: ${why}`;
    case 'rolled_back':
      return `${what} failed and was rolled back: ${why}`;
    case 'failed':
      return `${what} failed: ${why}`;
    default:
      return `${what} is in progress (${release.phases.at(-1)?.name ?? 'open'}).`;
  }
}

function planned(changes: Changes | undefined): string {
  if (changes === undefined) return 'nothing';
  const { created, configured, pruned } = changes;
  return `${created} created, ${configured} configured${pruned > 0 ? `, ${pruned} pruned` : ''}`;
}

/** `48s` or `2m04s`, from open to end. */
export function took(release: Release): string {
  if (release.endedAt === undefined) return 'unknown time';
  const seconds = Math.max(0, Math.round((Date.parse(release.endedAt) - Date.parse(release.openedAt)) / 1_000));
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}

/** The text in 140 characters; never ends in half of one (a surrogate without its partner is no valid JSON for GitHub). */
export function clip(text: string): string {
  return text.length <= LIMIT ? text : `${text.slice(0, LIMIT - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
