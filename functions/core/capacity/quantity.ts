/** Thousandths of a unit: of a core, a byte, a pod. Exact, whatever the size. */
export type Amount = bigint;

const THOUSAND = 1_000n;
/** Larger ones count as this much, as in Kubernetes: 2⁶³ − 1 units. */
const MOST: Amount = (2n ** 63n - 1n) * THOUSAND;
/** No number that means something is longer; the arithmetic on it must stay cheap. */
const LONGEST = 64;

/** Each suffix as base and exponent of its factor (k8s.io/apimachinery/pkg/api/resource). */
const suffixes: Readonly<Record<string, [bigint, number]>> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  '': [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
  Pi: [2n, 50],
  Ei: [2n, 60],
};

const pattern = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?\d+))?$/;

/**
 * A Kubernetes quantity (`128Mi`, `0.5`, `250m`, `1e3`, or a JSON number) in thousandths, rounded up as Kubernetes does.
 * Undefined when it is none.
 */
export function parseQuantity(value: unknown): Amount | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value);
  if (text.length > LONGEST) return undefined;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', suffix = '', exponent] = match;
  const digits = BigInt(`${whole}${fraction}`);
  const [base, power] = exponent === undefined ? (suffixes[suffix] ?? [10n, 0]) : [10n, Number(exponent)];
  const amount = scale(digits, base, power, fraction.length);
  return sign === '-' ? -amount : amount;
}

/** digits · base^power · 10^-decimals, in thousandths. */
function scale(digits: bigint, base: bigint, power: number, decimals: number): Amount {
  if (digits === 0n) return 0n;
  // Beyond these a number is the largest or the smallest there is; the powers themselves could fill the memory.
  if (power > 2 * LONGEST) return MOST;
  if (power < -2 * LONGEST) return 1n;
  const above = power >= 0 ? base ** BigInt(power) : 1n;
  const below = (power < 0 ? base ** BigInt(-power) : 1n) * 10n ** BigInt(decimals);
  const amount = ceil(digits * above * THOUSAND, below);
  return amount > MOST ? MOST : amount;
}

function ceil(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}

const steps = ['', 'Ki', 'Mi', 'Gi', 'Ti'] as const;

/**
 * The amount as people write it for that resource: memory and storage in whole Mi below 1Gi and with one decimal above, CPU in cores or
 * millicores, all else as a number. What does not divide is rounded `up` (something is short) or `down` (something is free).
 */
export function describeAmount(resource: string, amount: Amount, round: 'up' | 'down'): string {
  if (amount < 0n) return `-${describeAmount(resource, -amount, round === 'up' ? 'down' : 'up')}`;
  if (resource === 'cpu') return amount % THOUSAND === 0n ? String(amount / THOUSAND) : `${amount}m`;
  const units = divide(amount, THOUSAND, round);
  if (!/memory|storage|hugepages/.test(resource)) return String(units);
  if (units === 0n) return '0';
  const step = units < 1n << 20n ? 1 : Math.min(4, Math.floor((units.toString(2).length - 1) / 10));
  const size = 1n << BigInt(10 * step);
  const tenths = step < 3 ? divide(units, size, round) * 10n : divide(units * 10n, size, round);
  const decimals = tenths % 10n === 0n ? '' : `.${tenths % 10n}`;
  return `${tenths / 10n}${decimals}${steps[step] ?? ''}`;
}

function divide(dividend: bigint, divisor: bigint, round: 'up' | 'down'): bigint {
  return round === 'up' ? ceil(dividend, divisor) : dividend / divisor;
}
