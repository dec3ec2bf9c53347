const units = new Map([
  ['m', 1e-3],
  ['', 1],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
]);
const amounts = new Set(['requests', 'limits', 'capacity', 'hard', 'sizeLimit']);

/** True when what lies at these keys is an amount of a resource. */
export function isAmount(keys: readonly string[]): boolean {
  return keys.some((key) => amounts.has(key));
}

/** `0.5` and `500m` are the same amount; the API server stores the second. */
export function sameQuantity(a: unknown, b: unknown): boolean {
  return Math.abs(amountOf(a) - amountOf(b)) < 1e-9;
}

function amountOf(value: unknown): number {
  const match = /^([\d.]+)([a-zA-Z]*)$/.exec(String(value));
  return Number(match?.[1] ?? Number.NaN) * (units.get(match?.[2] ?? '') ?? Number.NaN);
}
