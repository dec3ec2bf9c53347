import { fail, type ReleaseError } from '../../core/errors.ts';
import type { Secrets } from '../../core/ports.ts';

export interface MemorySecrets extends Secrets {
  create(name: string, value: string): void;
}

/** Secrets in memory: each with its current and its previous value. A secret must be there before it is written, as in AWS. */
export function memorySecrets(initial: Record<string, string> = {}): MemorySecrets {
  const values = new Map(Object.entries(initial).map(([name, value]) => [name, [value]]));
  const versionsOf = (name: string): string[] => {
    const found = values.get(name);
    if (found === undefined) throw missing(name);
    return found;
  };
  return {
    create: (name, value) => void values.set(name, [value]),
    async read(name) {
      return versionsOf(name)[0] ?? '';
    },
    async versions(name) {
      return [...new Set(versionsOf(name))];
    },
    async write(name, value) {
      values.set(name, [value, ...versionsOf(name).slice(0, 1)]);
    },
  };
}

function missing(name: string): ReleaseError {
  return fail('SecretMissing', `There is no secret ${name}.`, { secret: name });
}
