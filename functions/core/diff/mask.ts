import { isRecord } from '../rollout/field.ts';
import { redactLines } from '../rollout/redaction.ts';
import type { Manifest } from '../kubernetes.ts';

/** Stands for a value that must not be shown. Two different secrets look the same; that they differ is said by the change. */
const masked = '***';

const secretName = /passw|pwd|passphrase|token|secret|credential|private_?key|api_?key|access_?key/i;

/** True for Secret fields whose values are never shown. */
function isSecretData(object: Pick<Manifest, 'kind'>, keys: readonly string[]): boolean {
  return object.kind === 'Secret' && (keys[0] === 'data' || keys[0] === 'stringData');
}

/**
 * The value at `keys` of the object as it may be shown: data of a Secret is masked, as are values of environment variables
 * that are named like a secret, and passwords inside URLs and arguments. Keys stay, so that a reader sees what changed.
 */
export function maskValue(object: Pick<Manifest, 'kind'>, keys: readonly string[], value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (isSecretData(object, keys)) return maskLeaves(value);
  if (keys.at(-1) === 'value' && secretName.test(keys.at(-2) ?? '')) return masked;
  return maskInside(object, keys, value);
}

/** The text without what looks like a secret, by the rules that hold for logs. */
function maskText(text: string): string {
  return redactLines(text.split('\n')).join('\n');
}

function maskInside(object: Pick<Manifest, 'kind'>, keys: readonly string[], value: unknown): unknown {
  if (typeof value === 'string') return maskText(value);
  if (Array.isArray(value)) return value.map((item: unknown) => maskInside(object, keys, item));
  if (!isRecord(value)) return value;
  const isNamedSecret = typeof value['name'] === 'string' && secretName.test(value['name']);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const below = [...keys, key];
      if (isSecretData(object, below)) return [key, maskLeaves(item)];
      return [key, key === 'value' && isNamedSecret ? masked : maskInside(object, below, item)];
    }),
  );
}

function maskLeaves(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskLeaves);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskLeaves(item)]));
  return value === null ? null : masked;
}
