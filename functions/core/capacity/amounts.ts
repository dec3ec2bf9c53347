import { at, isRecord } from '../rollout/field.ts';
import { parseQuantity, type Amount } from './quantity.ts';

/** How much of each resource, by its name: `cpu`, `memory`, `pods`, … What is not in it is none. */
export type Amounts = ReadonlyMap<string, Amount>;

/** One pod: a node takes only so many. */
export const ONE: Amount = 1_000n;

/** The resource list at the end of the path; what is no quantity is left out. */
export function amountsAt(value: unknown, ...path: string[]): Map<string, Amount> {
  const found = at(value, ...path);
  const amounts = new Map<string, Amount>();
  for (const [name, quantity] of isRecord(found) ? Object.entries(found) : []) {
    const amount = parseQuantity(quantity);
    if (amount !== undefined) amounts.set(name, amount);
  }
  return amounts;
}

export function plus(a: Amounts, b: Amounts): Map<string, Amount> {
  return combine(a, b, (x, y) => x + y);
}

export function minus(a: Amounts, b: Amounts): Map<string, Amount> {
  return combine(a, b, (x, y) => x - y);
}

/** For each resource the larger one. */
export function most(a: Amounts, b: Amounts): Map<string, Amount> {
  return combine(a, b, (x, y) => (x > y ? x : y));
}

/** For each resource the smaller one. */
export function least(a: Amounts, b: Amounts): Map<string, Amount> {
  return combine(a, b, (x, y) => (x < y ? x : y));
}

export function sum(all: Iterable<Amounts>): Map<string, Amount> {
  let total = new Map<string, Amount>();
  for (const one of all) total = plus(total, one);
  return total;
}

function combine(a: Amounts, b: Amounts, join: (x: Amount, y: Amount) => Amount): Map<string, Amount> {
  const names = new Set([...a.keys(), ...b.keys()]);
  return new Map([...names].map((name) => [name, join(a.get(name) ?? 0n, b.get(name) ?? 0n)]));
}
