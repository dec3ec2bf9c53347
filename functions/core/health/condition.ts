import type { Manifest } from '../kubernetes.ts';
import { at, isRecord, listAt, numberAt, textAt } from '../rollout/field.ts';

/** One entry of `status.conditions`. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  /** Cluster API says by it how bad a False is: `Error`, `Warning`, `Info`. */
  severity: string;
  /** The generation of the object that it speaks of, if it says so. */
  observedGeneration: number | undefined;
}

/** Every condition of the object, in its own order. What has no type is left out. */
export function conditionsOf(object: Manifest): Condition[] {
  return toConditions(listAt(object, 'status', 'conditions'));
}

/** The last condition of that type: controllers that append mean the last. */
export function conditionOf(object: Manifest, type: string): Condition | undefined {
  return conditionsOf(object).findLast((condition) => condition.type === type);
}

export function toConditions(values: readonly unknown[]): Condition[] {
  return values.filter(isRecord).flatMap((value) => {
    const type = textAt(value, 'type');
    if (type === '') return [];
    const observed = numberAt(value, -1, 'observedGeneration');
    return [
      {
        type,
        status: truthOf(at(value, 'status')),
        reason: textAt(value, 'reason'),
        message: textAt(value, 'message'),
        severity: textAt(value, 'severity'),
        observedGeneration: observed < 0 ? undefined : observed,
      },
    ];
  });
}

/** Some controllers write booleans, or other cases. */
function truthOf(value: unknown): Condition['status'] {
  const text = typeof value === 'boolean' || typeof value === 'string' ? String(value).toLowerCase() : '';
  return text === 'true' ? 'True' : text === 'false' ? 'False' : 'Unknown';
}
