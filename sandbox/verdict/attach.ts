import { Agent, fetch as trustingFetch } from 'undici';
import { systemClock } from '../../functions/adapters/clock.ts';
import { attachBundle } from '../../functions/adapters/registry/attach.ts';
import { PREDICATE_TYPE } from '../../scanners/verdict/predicate.ts';
import type { Registry } from '../registry/registry.ts';

/** Attaches a bundle to an image as CI does, with CI's account. `repository`: name without host. `digest`: of the image's manifest. */
export async function attach(registry: Registry, repository: string, digest: string, bundle: string): Promise<void> {
  // This process does not trust the registry, as a runner of CI and the functions do.
  const dispatcher = new Agent({ connect: { ca: registry.ca } });
  // undici's types are not those that Node has of the same functions.
  const ask = ((url, init) => trustingFetch(url as string, { ...(init as object), dispatcher })) as typeof fetch;
  try {
    await attachBundle(
      { clock: systemClock, fetch: ask },
      { image: `${registry.host}/${repository}`, digest, credential: registry.push },
      { text: bundle, predicateType: PREDICATE_TYPE, createdAt: new Date() },
      AbortSignal.timeout(30_000),
    );
  } finally {
    await dispatcher.close();
  }
}
