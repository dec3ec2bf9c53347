import { withAddress } from '../../core/kubeconfig/kubeconfig-address.ts';
import type { Addresses, Secrets } from '../../core/ports.ts';

export interface MemoryAddresses extends Addresses {
  /** The SSM parameters by name. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** The places of the node's address in memory; kubeconfigs are in `secrets`. */
export function memoryAddresses({ secrets }: { secrets: Secrets }): MemoryAddresses {
  const parameters = new Map<string, string>();
  return {
    parameters,
    async publish(place, address) {
      if (place.kind === 'ssm-parameter') {
        const changed = parameters.get(place.name) !== address;
        parameters.set(place.name, address);
        return { changed };
      }
      const text = await secrets.read(place.name, { fresh: true });
      const moved = withAddress(text, place.name, address);
      if (moved === text) return { changed: false };
      await secrets.write(place.name, moved);
      return { changed: true };
    },
  };
}
