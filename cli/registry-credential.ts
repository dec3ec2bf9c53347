import { fail } from '../functions/core/errors.ts';
import type { RegistryCredential } from '../functions/core/ports.ts';
import type { CommandInput } from './command.ts';

/** What the registry's password is called in the environment. Never an option: others see the arguments of a process. */
export const PASSWORD = 'HAWSER_REGISTRY_PASSWORD';

export const registryOptions = {
  username: { value: 'NAME', help: `user at the registry; the password is in ${PASSWORD}` },
} as const;

/** The user and password for the registry; undefined for neither, as public images need. Throws InputInvalid for one without the other. */
export function registryCredential(
  { options }: Pick<CommandInput, 'options'>,
  env: Readonly<Record<string, string | undefined>>,
): RegistryCredential | undefined {
  const { username } = options;
  const password = env[PASSWORD] ?? '';
  if (username === undefined && password === '') return undefined;
  if (username !== undefined && password !== '') return { username, password };
  const lacking = username === undefined ? `${PASSWORD} is set, and --username is missing` : `${PASSWORD} is not set`;
  throw fail('InputInvalid', `The registry needs a user and a password: ${lacking}.`);
}
