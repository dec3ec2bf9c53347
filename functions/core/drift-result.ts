import type { DriftAnswer } from './check-drift.ts';
import type { Drift } from './release.ts';
import { describeRef } from './kubernetes.ts';
import type { Result } from './result.ts';

/** The answer of a drift check over some environments: a sentence for each, naming every object and field that differs. */
export function driftResult(answers: readonly (readonly [string, DriftAnswer])[]): Result {
  const drifted = answers.flatMap(([, answer]) =>
    answer.kind === 'checked' && answer.report.state === 'drifted' ? [answer.report] : [],
  );
  return {
    ok: drifted.length === 0,
    summary: answers.map(([environment, answer]) => `${environment}: ${line(answer)}`).join(' '),
    next: drifted.map(
      ({ environment, release }) =>
        `Bring back what was deployed: npx hawser rollback --environment ${environment} --to ${release} --reason drift`,
    ),
    reports: answers.map(([environment, answer]) =>
      answer.kind === 'checked' ? answer.report : { environment, state: 'busy', release: answer.by.holder },
    ),
  };
}

function line(answer: DriftAnswer): string {
  if (answer.kind === 'busy') return `release ${answer.by.holder} is in progress; not checked.`;
  const { state, drift } = answer.report;
  switch (state) {
    case 'asleep':
      return 'the node is asleep and was left so.';
    case 'nothing-deployed':
      return 'nothing has been deployed yet.';
    case 'in-sync':
      return 'in sync.';
    case 'drifted':
      return `${drift.map(sentence).join('; ')}.`;
  }
}

/** `Deployment shop/shop: spec.replicas is 2, deployed was 1`. */
function sentence({ ref, kind, changes }: Drift): string {
  if (kind === 'missing') return `${describeRef(ref)} is missing`;
  return `${describeRef(ref)}: ${changes.map(({ path, live, desired }) => `${path} is ${value(live)}, deployed was ${value(desired)}`).join(', ')}`;
}

function value(of: unknown): string {
  const text = of === null || of === undefined ? 'absent' : JSON.stringify(of);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
