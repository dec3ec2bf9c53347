import { parseQuantity } from '../capacity/quantity.ts';

const amounts = new Set(['requests', 'limits', 'capacity', 'hard', 'sizeLimit']);

/** True when what lies at these keys is an amount of a resource. */
export function isAmount(keys: readonly string[]): boolean {
  return keys.some((key) => amounts.has(key));
}

/** `0.5` and `500m` are the same amount; the API server stores the second. What is no amount equals nothing. */
export function sameQuantity(a: unknown, b: unknown): boolean {
  const amount = parseQuantity(a);
  return amount !== undefined && amount === parseQuantity(b);
}
