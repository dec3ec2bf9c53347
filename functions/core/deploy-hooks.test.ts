import { describe, expect, it } from 'vitest';
import type { HookStage } from './hooks/hook.ts';
import { LEASE_MS } from './phases/lock.ts';
import { deploy } from './deploy.ts';
import type { Manifest } from './kubernetes.ts';
import { mortal } from './testing/kill.ts';
import { byHand, options, run } from './testing/run.ts';
import { world } from './testing/world.ts';

type World = ReturnType<typeof world>;

function job(name: string, stage: HookStage, annotations: Record<string, string> = {}): Manifest {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, annotations: { 'hawser.dev/hook': stage, ...annotations } },
    spec: {
      ttlSecondsAfterFinished: 0,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.test/acme/shop' }] } },
    },
  };
}

function withHooks(...hooks: Manifest[]): World {
  const w = world();
  const file = hooks.map((hook) => JSON.stringify(hook)).join('\n---\n');
  w.ports.manifests = new Map([...w.ports.manifests, ['base/hooks.yaml', file]]);
  return w;
}

const find = (w: World, kind: string, name: string): Manifest | undefined =>
  w.cluster.objects().find((object) => object.kind === kind && object.metadata.name === name);
const fails = { 'test/fails': 'yes' };

describe('hooks', () => {
  it('run before and after the app, each once, in their order, with their logs in the record', async () => {
    const w = withHooks(
      job('smoke', 'post-deploy'),
      job('migrate', 'pre-deploy', { 'hawser.dev/hook-weight': '5' }),
      job('backup', 'pre-deploy'),
    );
    const release = await run(w, w.ship('good'));
    expect(release).toMatchObject({ outcome: 'succeeded' });
    expect(release.hooks?.map(({ stage, object, state }) => `${stage} ${object} ${state}`)).toEqual([
      'pre-deploy Job shop/backup succeeded',
      'pre-deploy Job shop/migrate succeeded',
      'post-deploy Job shop/smoke succeeded',
    ]);
    expect(release.hooks?.[0]?.logs).toContain('Error: DATABASE_URL must be set');
    const phases = release.phases.map(({ name }) => name);
    expect(phases.indexOf('pre-deploy')).toBeLessThan(phases.indexOf('apply'));
    expect(phases.indexOf('post-deploy')).toBeGreaterThan(phases.indexOf('verify'));
    const migrate = find(w, 'Job', 'migrate');
    expect(migrate?.['spec']).toMatchObject({ backoffLimit: 0 });
    expect(migrate?.['spec']).not.toHaveProperty('ttlSecondsAfterFinished');
    expect(JSON.stringify(migrate)).toContain(release.image);
  });

  it('a failed pre-deploy stops before anything of the app is applied, with the cause', async () => {
    const w = withHooks();
    const first = await run(w, w.ship('good'));
    const before = JSON.stringify(find(w, 'Deployment', 'shop'));
    w.ports.manifests = withHooks(job('migrate', 'pre-deploy', fails)).ports.manifests;
    const release = await run(w, w.ship('good'));
    expect(release).toMatchObject({ outcome: 'failed', failure: { code: 'HookFailed', owner: 'change' } });
    expect(release.failure?.message).toMatch(/pre-deploy hook failed: .*migrate.*exits 1/);
    expect(release.failure?.logs).toContain('Error: DATABASE_URL must be set');
    expect(release.hooks).toMatchObject([{ object: 'Job shop/migrate', state: 'failed' }]);
    expect(release.phases.map(({ name }) => name)).not.toContain('apply');
    expect(JSON.stringify(find(w, 'Deployment', 'shop'))).toBe(before);
    expect((await w.ports.releases.head('production')).lastGood?.release).toBe(first.id);
    expect((await w.ports.releases.head('production')).rejected).toBeUndefined();
  });

  it('a failed post-deploy rolls back, and says what that does not undo', async () => {
    const w = withHooks();
    const first = await run(w, w.ship('good'));
    w.ports.manifests = withHooks(job('migrate', 'pre-deploy'), job('smoke', 'post-deploy', fails)).ports.manifests;
    const release = await run(w, w.ship('good'));
    expect(release).toMatchObject({ outcome: 'rolled_back', restored: first.id, failure: { code: 'HookFailed' } });
    expect(release.notes?.join()).toMatch(/Job shop\/migrate did is not undone/);
    expect(JSON.stringify(find(w, 'Deployment', 'shop'))).toContain(first.image);
  });

  it('run again in the next release, with a Job of their own', async () => {
    const w = withHooks(job('migrate', 'pre-deploy'));
    await run(w, w.ship('good'));
    const before = find(w, 'Job', 'migrate')?.metadata.uid;
    await run(w, w.ship('good'));
    expect(find(w, 'Job', 'migrate')?.metadata.uid).not.toBe(before);
  });

  it('are checked by a plan, and not run', async () => {
    const w = withHooks(job('migrate', 'pre-deploy'));
    await run(w, w.ship('good'));
    const before = find(w, 'Job', 'migrate')?.metadata.uid;
    expect(await run(w, { ...byHand(w.ship('good'), 'plan'), plan: true })).toMatchObject({ outcome: 'planned' });
    expect(find(w, 'Job', 'migrate')?.metadata.uid).toBe(before);
    w.ports.manifests = withHooks({ ...job('migrate', 'pre-deploy'), specs: {} }).ports.manifests;
    const wrong = await run(w, { ...byHand(w.ship('good'), 'wrong'), plan: true });
    expect(wrong).toMatchObject({ outcome: 'failed', failure: { code: 'ApplyRejected' } });
    expect(wrong.failure?.message).toMatch(/specs.* \(k8s\/base\/hooks\.yaml:1\)\.$/);
  });

  it('are in no drift check and no rollback', async () => {
    const w = withHooks(job('migrate', 'pre-deploy'));
    const release = await run(w, w.ship('good'));
    expect((await w.ports.releases.objects(release.id))?.map(({ kind }) => kind)).not.toContain('Job');
  });

  it('a migration runs once, wherever the release is killed', { timeout: 60_000 }, async () => {
    const whole = withHooks(job('migrate', 'pre-deploy'));
    const undisturbed = mortal(whole.ports);
    await deploy(undisturbed.ports, whole.ship('good'), options());
    const wrong: number[] = [];
    for (let nth = 1; nth <= undisturbed.calls.length; nth++) {
      const w = withHooks(job('migrate', 'pre-deploy'));
      const request = w.ship('good');
      const killed = mortal(w.ports, { nth, when: 'after' });
      await Promise.race([killed.died, deploy(killed.ports, request, options())]);
      const made = find(w, 'Job', 'migrate')?.metadata.uid;
      await w.clock.sleep(LEASE_MS);
      const release = await run(w, request);
      const after = find(w, 'Job', 'migrate')?.metadata.uid;
      if (release.outcome !== 'succeeded' || (made !== undefined && made !== after)) wrong.push(nth);
    }
    expect(wrong).toEqual([]);
  });

  it('promise 7: a token that a Job writes is in no log of the record, however the Job ends', async () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    for (const annotations of [{}, fails]) {
      const w = withHooks(job('migrate', 'pre-deploy', annotations));
      w.writeLog([`using ${token}`, 'Authorization: Bearer abcdef0123456789', 'done']);
      const { hooks, failure } = await run(w, w.ship('good'));
      expect(hooks?.[0]?.logs.at(-1)).toBe('done');
      expect(JSON.stringify([hooks, failure])).not.toMatch(/ghp_|abcdef0123456789/);
    }
  });
});
