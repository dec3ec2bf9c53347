import type { Manifest } from '../kubernetes.ts';
import { isRecord } from '../rollout/field.ts';

/** Those of one kind among what else is known. Anything may be in there. */
export function ofKind(related: readonly Manifest[], kind: string): Manifest[] {
  return related.filter((one) => isRecord(one) && one['kind'] === kind);
}
