import { beforeEach, describe, expect, test } from 'vitest';
import type { Secrets } from '../../core/ports.ts';
import { memoryClock, type MemoryClock } from '../memory/clock.ts';
import { freshName } from './samples.ts';

/** Makes a secret store in which `name` holds `value`. */
type Make = (clock: MemoryClock, name: string, value: string) => Promise<Secrets>;

/** What every secret store does. */
export function secretsContract(name: string, make: Make): void {
  describe(`secrets: ${name}`, () => {
    let secrets: Secrets;
    let secret: string;

    beforeEach(async () => {
      secret = freshName('shop/kubeconfig');
      secrets = await make(memoryClock(), secret, 'first');
    });

    test('a new secret has one version', async () => {
      expect(await secrets.read(secret)).toBe('first');
      expect(await secrets.versions(secret)).toEqual(['first']);
    });

    test('after a write the new value is read at once, and the one before is still accepted', async () => {
      await secrets.read(secret);
      await secrets.versions(secret);
      await secrets.write(secret, 'zweite: größer 🔑\n');
      expect(await secrets.read(secret)).toBe('zweite: größer 🔑\n');
      expect(await secrets.versions(secret)).toEqual(['zweite: größer 🔑\n', 'first']);
      await secrets.write(secret, 'third');
      expect(await secrets.versions(secret)).toEqual(['third', 'zweite: größer 🔑\n']);
    });

    test('the caller cannot change what is kept', async () => {
      (await secrets.versions(secret)).push('forged');
      expect(await secrets.versions(secret)).toEqual(['first']);
    });

    test('a missing secret is SecretMissing with its name, and is never made by a write', async () => {
      const missing = freshName('shop/none');
      const error = { code: 'SecretMissing', message: expect.stringContaining(missing), details: { secret: missing } };
      await expect(secrets.read(missing)).rejects.toMatchObject(error);
      await expect(secrets.versions(missing)).rejects.toMatchObject(error);
      await expect(secrets.write(missing, 'value')).rejects.toMatchObject(error);
      await expect(secrets.read(missing)).rejects.toMatchObject(error);
    });
  });
}
