/** Hides secrets in text: those that were read, by value, and what looks like one, by shape. */
export interface Redactor {
  /** A secret's value, from now on hidden wherever it appears: as it is, base64-encoded, and each string inside it if it is JSON. */
  learn(secret: string): void;
  text(text: string): string;
  /** A copy of any JSON value with every string redacted. */
  value<T>(value: T): T;
}

/** Shorter strings are words: hiding them would hide the log. */
const SHORTEST = 6;

const shapes: readonly [RegExp, string][] = [
  [/\b(gh[pousr]_|github_pat_)\w{20,}/g, '[redacted]'],
  [/\bBearer\s+[\w.~+/-]{8,}=*/gi, 'Bearer [redacted]'],
  [/\bBasic\s+[\w+/-]{8,}=*/g, 'Basic [redacted]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[redacted private key]'],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[redacted token]'],
  [/\b(sha256=)[0-9a-f]{64}\b/g, '$1[redacted]'],
  [/\b(https?:\/\/)[^\s/:@]+:[^\s/@]+@/g, '$1[redacted]@'],
  [/\b((?:A3T[A-Z0-9]|AKIA|ASIA)[A-Z0-9]{16})\b/g, '[redacted]'],
];

export function redactor(): Redactor {
  const known = new Set<string>();
  const remember = (secret: string): void => {
    if (secret.length < SHORTEST) return;
    known.add(secret);
    known.add(Buffer.from(secret).toString('base64'));
  };
  const text = (input: string): string => {
    let output = input;
    for (const secret of [...known].sort((a, b) => b.length - a.length))
      output = output.replaceAll(secret, '[redacted]');
    for (const [shape, instead] of shapes) output = output.replace(shape, instead);
    return output;
  };
  const value = (input: unknown): unknown => {
    if (typeof input === 'string') return text(input);
    if (Array.isArray(input)) return input.map(value);
    if (typeof input !== 'object' || input === null) return input;
    return Object.fromEntries(Object.entries(input).map(([key, inner]) => [key, value(inner)]));
  };
  return {
    learn: (secret) => {
      for (const part of [secret, ...stringsIn(secret)]) remember(part);
    },
    text,
    value: <T>(input: T): T => value(input) as T,
  };
}

/** The strings inside a JSON secret, and the long values of a YAML one (a kubeconfig's certificates, keys and token). */
function stringsIn(secret: string): string[] {
  try {
    return leaves(JSON.parse(secret));
  } catch {
    return Array.from(secret.matchAll(/:\s*["']?([\w+/=.-]{20,})["']?\s*$/gm), ([, value]) => value ?? '');
  }
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
}
