import type { Manifest } from '../kubernetes.ts';
import type { Condition } from './condition.ts';
import { isStale, stale } from './generation.ts';
import { polarityOf } from './polarity.ts';
import { judgeOne, met, reasonOf, sure, type Judged } from './judge-condition.ts';
import { because, degraded, healthy, progressing, suspended } from './verdict.ts';
import { judgeWord } from './word.ts';

/** Each sums up the others; the first that is there counts. */
const summaries = [
  'Ready',
  'Healthy',
  'Succeeded',
  'Complete',
  'Completed',
  'Available',
  'Established',
  'Programmed',
  'Deployed',
];
/** Not part of any Ready: the controller could not take the spec at all. */
const companions = new Set([
  'Synced',
  'Accepted',
  'Programmed',
  'ResolvedRefs',
  'Reconciled',
  'Valid',
  'Approved',
  'LastAsyncOperation',
]);
const ends = new Set(['Succeeded', 'Complete', 'Completed', 'Finished']);

/**
 * What conditions say, by the polarity of their types. Undefined when they say nothing.
 * `isToEnd`: the kind runs to an end, so that nothing less than its end is Healthy.
 */
export function judgeConditions(
  object: Manifest,
  conditions: readonly Condition[],
  isToEnd: boolean,
): Judged | undefined {
  const latest = [...new Map(conditions.map(affirmed).map((condition) => [condition.type, condition])).values()];
  const told = latest.filter((condition) => !isStale(object, condition));
  const [oldest] = latest;
  if (told.length === 0 && oldest !== undefined) return sure(stale(object, oldest.observedGeneration ?? 0));
  const holding = (polarity: string): Condition[] =>
    told.filter((condition) => condition.status === 'True' && polarityOf(condition.type) === polarity);

  const [failure] = holding('bad');
  if (failure !== undefined)
    return sure(degraded(reasonOf(failure), because(`The condition ${failure.type} holds`, failure.message)));
  const stuck = told.find(
    ({ type, status, reason }) => type === 'Progressing' && status === 'False' && judgeWord(reason) === 'Degraded',
  );
  if (stuck !== undefined) return sure(degraded(stuck.reason, because('There is no progress any more', stuck.message)));
  const end = told.find(({ type, status }) => ends.has(type) && status === 'True');
  if (end !== undefined && isToEnd) return sure(met(end));
  const [hold] = holding('held');
  if (hold !== undefined)
    return sure(suspended(reasonOf(hold), because(`The condition ${hold.type} holds`, hold.message)));

  const old = neededOf(latest).find((condition) => isStale(object, condition));
  const needed = neededOf(told);
  const worst = worstOf(needed.map((condition) => judgeOne(condition)));
  if (worst?.health.status === 'Degraded' && worst.certainty === 'sure') return worst;
  if (old !== undefined) return sure(stale(object, old.observedGeneration ?? 0));
  const work = holding('busy').find(({ reason }) => judgeWord(reason) !== 'Healthy');
  if (work !== undefined)
    return sure(progressing(reasonOf(work), because(`The condition ${work.type} holds`, work.message)));
  if (worst !== undefined) {
    const isOnTheWay =
      isToEnd && worst.health.status === 'Healthy' && !needed.some(({ type }) => summaries.includes(type));
    return isOnTheWay ? sure(progressing('NotEnded', 'It has begun, and not come to its end.')) : worst;
  }
  return quiet(told);
}

/** `NotReady` that holds is `Ready` that does not: Strimzi and others write it so. */
function affirmed(condition: Condition): Condition {
  const type = /^Not([A-Z].*)$/.exec(condition.type)?.[1];
  if (type === undefined) return condition;
  const status = condition.status === 'True' ? 'False' : condition.status === 'False' ? 'True' : 'Unknown';
  return { ...condition, type, status };
}

/** The conditions that must hold: the summary with what no summary has in it, or, without one, all that are good. */
function neededOf(told: readonly Condition[]): Condition[] {
  const summary = summaries.map((type) => told.find((one) => one.type === type)).find((one) => one !== undefined);
  if (summary === undefined) return told.filter(({ type }) => polarityOf(type) === 'good');
  return [summary, ...told.filter((one) => one !== summary && companions.has(one.type))];
}

/** No condition that must hold: those there are say whether something is wrong, and nothing is. */
function quiet(told: readonly Condition[]): Judged | undefined {
  const failed = told.find(({ status, reason }) => status === 'False' && judgeWord(reason) === 'Degraded');
  if (failed !== undefined && polarityOf(failed.type) === 'other')
    return sure(degraded(failed.reason, because(`The condition ${failed.type} does not hold`, failed.message)));
  const [first] = told;
  if (first === undefined) return undefined;
  const isKnown = told.some(({ type }) => polarityOf(type) !== 'other');
  if (isKnown) return sure(healthy('NoTrouble', 'No condition tells of trouble or of work that goes on.'));
  const open = told.find(({ status }) => status !== 'True');
  if (open !== undefined)
    return {
      health: progressing(reasonOf(open), because(`The condition ${open.type} does not hold`, open.message)),
      certainty: 'weak',
    };
  return { health: met(first), certainty: 'weak' };
}

function worstOf(all: readonly Judged[]): Judged | undefined {
  for (const status of ['Degraded', 'Suspended', 'Progressing', 'Healthy']) {
    const found = all.filter(({ health }) => health.status === status);
    const first = found.find(({ certainty }) => certainty === 'sure') ?? found[0];
    if (first !== undefined) return first;
  }
  return undefined;
}
