import { describePlanned } from '../functions/core/diff/planned.ts';
import type { Answer, HookRun, Phase } from './answer.ts';
import { printable, table } from './text.ts';

/** An answer for people, from the same JSON that --json prints: the sentence, what to do next, then the facts. */
export function describeAnswer(answer: Answer): string {
  const { summary, next, phases = [], plan, hooks = [], notes = [], failure } = answer;
  const { reports = [], environments = [], links } = answer;
  const facts = [
    phases.length === 0 ? [] : table(phases.map(phaseRow)),
    plan === undefined ? [] : ['Plan:', ...describePlanned(plan).split('\n').map(indent)],
    hooks.flatMap(hookLines),
    notes.length === 0 ? [] : ['Notes:', ...notes.map(indent)],
    failure === undefined || failure.logs.length === 0 ? [] : ['Last log lines:', ...failure.logs.map(indent)],
    reports.flatMap(({ environment, drift = [] }) => drift.flatMap((one) => driftLines(environment, one))),
    environments.flatMap(historyLines),
    links?.app === undefined ? [] : [`App: ${links.app}`],
  ];
  const blocks = [[summary, ...next.map((step) => `→ ${step}`)], ...facts].filter((lines) => lines.length > 0);
  return printable(blocks.map((lines) => lines.join('\n')).join('\n\n'));
}

/** One phase as cells: name, state, time, what it did or waits for. */
export function phaseRow({ name, state, ms, detail }: Phase): string[] {
  return [`  ${name}`, state, ms === undefined ? '' : `${(ms / 1_000).toFixed(1)}s`, detail ?? ''];
}

type Environment = NonNullable<Answer['environments']>[number];
type Drifted = NonNullable<NonNullable<Answer['reports']>[number]['drift']>[number];

function hookLines({ stage, object, state, logs }: HookRun): string[] {
  return [`${stage} ${object} ${state}`, ...logs.map(indent)];
}

function historyLines({ environment, releases }: Environment): string[] {
  if (releases.length === 0) return [];
  const rows = releases.map(({ openedAt, revision, outcome, actor, id }) => [
    `  ${openedAt}`,
    revision.slice(0, 7),
    outcome,
    actor,
    id,
  ]);
  return [`Releases to ${environment}, newest first:`, ...table(rows)];
}

function driftLines(environment: string, { ref, kind, changes }: Drifted): string[] {
  const place = ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
  const fields = changes.flatMap(({ path, live, desired }) => [
    `  ${path}`,
    `    - ${shown(live)}`,
    `    + ${shown(desired)}`,
  ]);
  return [`${environment}: ${ref.kind} ${place} ${kind === 'missing' ? 'is missing' : 'differs'}`, ...fields];
}

function shown(value: unknown): string {
  return value === undefined ? '(nothing)' : JSON.stringify(value);
}

function indent(line: string): string {
  return `  ${line}`;
}
