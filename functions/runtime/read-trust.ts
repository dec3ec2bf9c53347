import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configInvalid, type Config } from '../core/config.ts';
import { publicTrust, trustOfKeys, trustOfRoots, type Trust } from '../core/gate/trust.ts';

/** Whom the gate trusts to sign, by the config and the file that it names in the folder `k8s`. Throws ConfigInvalid. */
export function readTrust({ signedBy, keys, trustedRoot }: Config['gate'], k8s: string): Trust {
  if (signedBy === 'key') return trustOfKeys(keys);
  if (trustedRoot === undefined) return publicTrust();
  const name = `k8s/${trustedRoot}`;
  return trustOfRoots(read(join(k8s, trustedRoot), name), name);
}

function read(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw configInvalid('k8s/deploy.yaml', [`gate.trustedRoot: ${name} cannot be read`], error);
  }
}
