import { deploy } from '../deploy.ts';
import { releaseId } from '../identity.ts';
import type { Release, ReleaseRequest } from '../release.ts';
import type { world } from './world.ts';

/** As the queue runs a release: it waits for its turn. */
export const options = (): { signal: AbortSignal; wait: boolean } => ({
  signal: new AbortController().signal,
  wait: true,
});

/** Deploys and returns the closed record. */
export async function run(w: ReturnType<typeof world>, request: ReleaseRequest): Promise<Release> {
  const answer = await deploy(w.ports, request, options());
  if (answer.kind !== 'ended') throw new Error(`the release did not end: ${answer.kind}`);
  return answer.release;
}

/** The same request as a person would make it from the console. */
export function byHand(request: ReleaseRequest, invocation: string): ReleaseRequest {
  const { run: _, ...rest } = request;
  return {
    ...rest,
    trigger: 'console',
    id: releaseId({ trigger: 'console', invocation, environment: request.environment }),
  };
}
