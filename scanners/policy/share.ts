import type { Outcome } from './decision.ts';

/** Gives one and the same outcome for all that say the same: many findings have one of a few. */
export function openShare(): (outcome: Outcome) => Outcome {
  const known = new Map<string, Outcome>();
  return (outcome) => {
    const key = [outcome.blocks, outcome.by, outcome.rule, outcome.why].join('\n');
    const first = known.get(key);
    if (first === undefined) known.set(key, outcome);
    return first ?? outcome;
  };
}
