import type { Manifest } from '../kubernetes.ts';
import { at, numberAt } from '../rollout/field.ts';
import type { Condition } from './condition.ts';
import { progressing, type Health } from './verdict.ts';

export function generationOf(object: Manifest): number {
  return numberAt(object, 0, 'metadata', 'generation');
}

/** What the controller says it has seen; undefined when it says nothing. Argo Rollouts write the number as text. */
export function observedGenerationOf(object: Manifest): number | undefined {
  const value = at(object, 'status', 'observedGeneration');
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Progressing when the status speaks of an older spec. For the built-in workloads a controller always says what it saw. */
export function notYetObserved(object: Manifest, otherwise?: number): Health | undefined {
  const generation = generationOf(object);
  const observed = observedGenerationOf(object) ?? otherwise;
  return observed !== undefined && observed < generation ? stale(object, observed) : undefined;
}

/** Progressing when this condition speaks of an older spec. */
export function isStale(object: Manifest, condition: Condition): boolean {
  return condition.observedGeneration !== undefined && condition.observedGeneration < generationOf(object);
}

export function stale(object: Manifest, observed: number): Health {
  return progressing(
    'GenerationNotObserved',
    `The controller has seen generation ${observed} of the ${object.kind}, not yet ${generationOf(object)}.`,
  );
}
