import type { HookStage } from './hooks/hook.ts';
import { runHooks } from './phases/hooks.ts';
import type { Cluster, Ports } from './ports.ts';
import type { Failure, HookRun } from './release.ts';
import type { ReleaseRun } from './run-release.ts';
import { factsOf, type Target } from './target.ts';

/** Runs the hooks of a stage, after `prepare`, and keeps what they wrote in the record. No hooks, no phase. */
export async function runStage(
  stage: HookStage,
  ports: Ports,
  run: ReleaseRun,
  cluster: Cluster,
  target: Target,
  prepare: () => Promise<unknown> = async () => undefined,
): Promise<Failure | undefined> {
  const hooks = target.hooks[stage];
  if (hooks.length === 0) return undefined;
  const { release, environment, signal } = run;
  // The record, not the release as it was opened: the other stage has written to it since.
  const past: HookRun[] = (await ports.releases.get(release.id))?.hooks ?? [];
  const options = {
    stage,
    release: release.id,
    timeoutMs: environment.rollout.timeout,
    facts: factsOf(ports),
    past: past.filter(({ state }) => state === 'succeeded'),
  };
  const { runs, failure } = await run.step(stage, async (say) => {
    await prepare();
    return runHooks({ cluster, clock: ports.clock }, hooks, options, say, signal);
  });
  await ports.releases.update(release.id, { hooks: runs });
  return failure;
}
