import { beforeEach, describe, expect, test } from 'vitest';
import { fail } from '../../core/errors.ts';
import { failureOf } from '../../core/failure.ts';
import type { Releases } from '../../core/ports.ts';
import type { DriftReport, GateRecord, Outcome, ReleaseRequest, WorkflowRun } from '../../core/release.ts';
import { at, deployment, freshName, requestOf, runOf } from './samples.ts';

/** What every store of release records does. `make` gives one that may be shared: each test uses names of its own. */
export function releasesContract(name: string, make: () => Promise<Releases> | Releases): void {
  describe(`releases: ${name}`, () => {
    let store: Releases;
    let environment: string;
    const opened = async (fields: Partial<ReleaseRequest> = {}, when = at(0)): Promise<string> => {
      const { release } = await store.open(requestOf({ environment, ...fields }), when);
      return release.id;
    };
    const ended = async (
      outcome: Outcome,
      fields: Partial<ReleaseRequest> & { image?: string } = {},
      when = at(60),
    ): Promise<string> => {
      const { image = 'registry.test/shop@sha256:aa', ...request } = fields;
      const id = await opened(request);
      await store.update(id, { image });
      await store.close(id, { outcome, at: when });
      return id;
    };
    const run = (number: number): { run: WorkflowRun } => ({ run: runOf(number) });

    beforeEach(async () => {
      store = await make();
      environment = freshName('env');
    });

    test('opens a record with what the request says', async () => {
      const request = requestOf({ environment, reason: 'für Ünïcode 🚢', ...run(7) });
      const { release, created } = await store.open(request, at(5));
      expect(created).toBe(true);
      expect(release).toEqual({
        id: request.id,
        action: 'deploy',
        environment,
        revision: request.revision,
        trigger: 'workflow_run',
        actor: 'octocat',
        state: 'open',
        openedAt: at(5).toISOString(),
        run: runOf(7),
        reason: 'für Ünïcode 🚢',
        phases: [],
      });
      expect(await store.get(request.id)).toEqual(release);
    });

    test('a duplicate gets the first record as it is now, and changes nothing', async () => {
      const request = requestOf({ environment });
      await store.open(request, at(0));
      await store.update(request.id, { url: 'http://203.0.113.9:31445' });
      const again = await store.open({ ...request, actor: 'somebody else' }, at(9));
      expect(again.created).toBe(false);
      expect(again.release).toMatchObject({
        actor: 'octocat',
        openedAt: at(0).toISOString(),
        url: 'http://203.0.113.9:31445',
      });
    });

    test('40 opens at once make one record', async () => {
      const request = requestOf({ environment });
      const all = await Promise.all(Array.from({ length: 40 }, (_, second) => store.open(request, at(second))));
      expect(all.filter(({ created }) => created)).toHaveLength(1);
      expect(new Set(all.map(({ release }) => release.openedAt)).size).toBe(1);
    });

    test('an unknown release is undefined to get, and ReleaseUnknown to all that write', async () => {
      const id = freshName('rel');
      const phase = { name: 'wake', state: 'running', startedAt: at(0).toISOString() } as const;
      expect(await store.get(id)).toBeUndefined();
      expect(await store.objects(id)).toBeUndefined();
      await expect(store.update(id, { url: 'http://a' })).rejects.toMatchObject({ code: 'ReleaseUnknown' });
      await expect(store.phase(id, phase)).rejects.toMatchObject({ code: 'ReleaseUnknown' });
      await expect(store.saveObjects(id, [])).rejects.toMatchObject({ code: 'ReleaseUnknown' });
      await expect(store.close(id, { outcome: 'failed', at: at(1) })).rejects.toMatchObject({ code: 'ReleaseUnknown' });
      expect(await store.get(id)).toBeUndefined();
    });

    test('lists the newest first, of one environment, up to the limit', async () => {
      const ids = [await opened({}, at(1)), await opened({}, at(3)), await opened({}, at(2))] as const;
      await opened({ environment: freshName('env') }, at(4));
      const list = async (limit: number) => (await store.list(environment, limit)).map(({ id }) => id);
      await expect.poll(() => list(10), { timeout: 30_000 }).toEqual([ids[1], ids[2], ids[0]]);
      expect(await list(2)).toEqual([ids[1], ids[2]]);
      expect(await store.list(freshName('env'), 5)).toEqual([]);
    });

    test('phases come in the order of a release, and a second record of one replaces the first', async () => {
      const id = await opened();
      const startedAt = at(1).toISOString();
      await store.phase(id, { name: 'connect', state: 'running', startedAt });
      await store.phase(id, { name: 'wake', state: 'running', startedAt, detail: 'waits for running' });
      await store.phase(id, { name: 'wake', state: 'done', startedAt, endedAt: at(9).toISOString() });
      expect((await store.get(id))?.phases).toEqual([
        { name: 'wake', state: 'done', startedAt, endedAt: at(9).toISOString() },
        { name: 'connect', state: 'running', startedAt },
      ]);
    });

    test.each([
      ['which tools did not run', { skipped: ['snyk', 'zap'] }],
      ['that each of them ran', { skipped: [] }],
      ['nothing of it, as older records', {}],
    ])('what the gate accepted is kept as it is, telling %s', async (_, told) => {
      const id = await opened();
      const gate: GateRecord = {
        state: 'accepted',
        signedBy: 'key sha256:aa',
        at: at(1).toISOString(),
        policy: `sha256:${'0'.repeat(64)}`,
        tools: ['trivy 0.74.0'],
        ...told,
        counts: { critical: 0, high: 0, medium: 2 },
        waivers: [],
      };
      await store.update(id, { gate });
      expect((await store.get(id))?.gate).toStrictEqual(gate);
      expect((await store.close(id, { outcome: 'succeeded', at: at(60) })).gate).toStrictEqual(gate);
    });

    test('phases and fields written at once are all there', async () => {
      const id = await opened();
      const startedAt = at(1).toISOString();
      const gate: GateRecord = {
        state: 'accepted',
        signedBy: 'https://github.com/acme/shop/.github/workflows/ci.yml@refs/heads/main',
        at: startedAt,
        policy: `sha256:${'0'.repeat(64)}`,
        tools: ['trivy 0.74.0'],
        counts: { critical: 0, high: 0, medium: 2 },
        waivers: [],
      };
      const names = ['lock', 'gate', 'wake', 'readdress', 'connect', 'preflight'] as const;
      await Promise.all([
        ...names.map((phase) => store.phase(id, { name: phase, state: 'done', startedAt })),
        store.update(id, { changes: { created: 1, configured: 2, unchanged: 3, pruned: 0 } }),
        store.update(id, { gate, githubDeployment: 4_294_967_296 }),
      ]);
      const release = await store.get(id);
      expect(release?.phases.map(({ name: phase }) => phase)).toEqual(names);
      expect(release).toMatchObject({
        changes: { created: 1, configured: 2, unchanged: 3 },
        gate,
        githubDeployment: 4_294_967_296,
      });
    });

    test('what is closed stays as it is', async () => {
      const id = await opened();
      await store.update(id, { image: 'registry.test/shop@sha256:aa' });
      await store.saveObjects(id, [deployment('first')]);
      const failure = failureOf(fail('ProbeFailing', 'The readiness probe of shop fails.'), {
        subject: 'Pod shop/shop-1',
        events: ['Unhealthy: 503'],
        logs: ['', 'listen 8080'],
      });
      const closed = await store.close(id, { outcome: 'failed', at: at(60), failure });
      expect(closed).toMatchObject({ state: 'closed', outcome: 'failed', endedAt: at(60).toISOString(), failure });

      expect(await store.update(id, { url: 'http://late' })).toBe(false);
      expect(await store.update(id, {})).toBe(false);
      await store.phase(id, { name: 'verify', state: 'done', startedAt: at(61).toISOString() });
      await store.saveObjects(id, [deployment('late')]);
      expect(await store.close(id, { outcome: 'succeeded', at: at(99) })).toEqual(closed);
      expect(await store.get(id)).toEqual(closed);
      expect(await store.objects(id)).toEqual([deployment('first')]);
      expect((await store.head(environment)).lastGood).toBeUndefined();
    });

    test('of many ends at once, one counts and all get it', async () => {
      for (let round = 0; round < 15; round++) {
        environment = freshName('env');
        const id = await opened();
        await store.update(id, { image: 'registry.test/shop@sha256:aa' });
        const outcomes = ['succeeded', 'failed', 'succeeded', 'superseded', 'succeeded', 'rolled_back'] as const;
        const ends = await Promise.all(
          outcomes.map((outcome, index) => store.close(id, { outcome, at: at(60 + index) })),
        );
        expect(new Set(ends.map((release) => JSON.stringify([release.outcome, release.endedAt]))).size).toBe(1);
        const { lastGood } = await store.head(environment);
        expect(lastGood !== undefined).toBe(ends[0]?.outcome === 'succeeded');
      }
    });

    test('a release that succeeded becomes the last good one; no other outcome does', async () => {
      expect(await store.head(environment)).toEqual({ environment });
      for (const outcome of ['failed', 'rolled_back', 'planned', 'rejected', 'superseded'] as const) {
        await ended(outcome, run(50));
      }
      expect(await store.head(environment)).toEqual({ environment });
      const id = await ended('succeeded', { ...run(3), revision: 'c'.repeat(40) });
      expect((await store.head(environment)).lastGood).toEqual({
        release: id,
        revision: 'c'.repeat(40),
        image: 'registry.test/shop@sha256:aa',
        run: runOf(3),
        at: at(60).toISOString(),
      });
    });

    test('an automatic release moves the last good one to the same or a newer run only', async () => {
      const live = async () => (await store.head(environment)).lastGood?.release;
      const ten = await ended('succeeded', run(10));
      const nine = await ended('succeeded', run(9));
      expect(await live()).toBe(ten);
      expect((await store.get(nine))?.outcome).toBe('succeeded');
      await ended('succeeded', { trigger: 'schedule' });
      expect(await live()).toBe(ten);
      const again = await ended('succeeded', run(10));
      expect(await live()).toBe(again);
      const eleven = await ended('succeeded', run(11));
      expect(await live()).toBe(eleven);
    });

    test('a person may go back, with and without a run', async () => {
      await ended('succeeded', run(10));
      const back = await ended('succeeded', {
        ...run(4),
        trigger: 'console',
        action: 'rollback',
        image: 'registry.test/shop@sha256:04',
      });
      expect((await store.head(environment)).lastGood).toMatchObject({
        release: back,
        image: 'registry.test/shop@sha256:04',
        run: runOf(4),
      });
      const byHand = await ended('succeeded', { trigger: 'console' });
      const { lastGood } = await store.head(environment);
      expect(lastGood).toMatchObject({ release: byHand });
      expect(lastGood).not.toHaveProperty('run');
    });

    test('two releases that end at once leave the newer run as the last good one', async () => {
      const ids = await Promise.all([5, 8, 6, 7].map((number) => opened(run(number))));
      await Promise.all(ids.map((id) => store.update(id, { image: 'registry.test/shop@sha256:aa' })));
      await Promise.all(ids.map((id) => store.close(id, { outcome: 'succeeded', at: at(60) })));
      expect((await store.head(environment)).lastGood?.run?.number).toBe(8);
    });

    test('objects come back exactly, whatever is in them', async () => {
      const id = await opened();
      const deep = Array.from({ length: 60 }).reduce<unknown>((inner) => ({ '': inner }), 'ground');
      const objects = [
        deployment('größe-🚀', {
          text: '',
          none: null,
          deep,
          list: [[], [{}]],
          number: 0.1,
          big: 9_007_199_254_740_991,
        }),
        deployment('line\u2028break\u0000'),
      ];
      await store.saveObjects(id, [deployment('earlier')]);
      await store.saveObjects(id, objects);
      expect(await store.objects(id)).toEqual(objects);
      expect(await store.get(id)).not.toHaveProperty('objects');
    });

    test('objects that are too large are ManifestsTooLarge, with their size', async () => {
      const id = await opened();
      const noise = Array.from({ length: 60_000 }, (_, index) => Math.sin(index)).join('');
      await expect(store.saveObjects(id, [deployment('large', { noise })])).rejects.toMatchObject({
        code: 'ManifestsTooLarge',
        message: expect.stringMatching(new RegExp(`objects of release ${id} take \\d+ KB compressed.* at most 380 KB`)),
      });
      expect(await store.objects(id)).toBeUndefined();
    });

    test('a node’s address of an older boot never replaces a newer one', async () => {
      const node = (launched: string, address: string, instance = 'i-0123456789abcdef0') => ({
        instance,
        launchTime: launched,
        address,
        at: at(1).toISOString(),
      });
      const address = async () => (await store.head(environment)).node?.address;
      await store.saveNode(environment, node('2026-01-02T00:00:00.000Z', '203.0.113.2'));
      await store.saveNode(environment, node('2026-01-01T00:00:00.000Z', '203.0.113.1'));
      expect(await address()).toBe('203.0.113.2');
      // The same boot, written without milliseconds: as a text it would be the later one of itself.
      await store.saveNode(environment, node('2026-01-02T00:00:00Z', '203.0.113.22'));
      expect(await address()).toBe('203.0.113.22');
      await store.saveNode(environment, node('2026-01-03T00:00:00.000Z', '203.0.113.3'));
      expect(await address()).toBe('203.0.113.3');
      await store.saveNode(environment, node('2025-06-01T00:00:00.000Z', '203.0.113.4', 'i-0aaaaaaaaaaaaaaaa'));
      expect(await address()).toBe('203.0.113.4');
    });

    test('the newest drift report is kept beside the rest of the head', async () => {
      const report = (checkedAt: Date, state: DriftReport['state']): DriftReport => ({
        environment,
        release: 'rel_1',
        checkedAt: checkedAt.toISOString(),
        state,
        drift: [
          {
            ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'shop' },
            kind: 'changed',
            changes: [{ path: '/spec/replicas', live: 3, desired: 1 }],
          },
        ],
      });
      await store.saveDrift(environment, report(at(20), 'drifted'));
      await store.saveDrift(environment, report(at(10), 'in-sync'));
      const good = await ended('succeeded');
      const head = await store.head(environment);
      expect(head.drift).toEqual(report(at(20), 'drifted'));
      expect(head.lastGood?.release).toBe(good);
      await store.saveDrift(environment, report(at(30), 'asleep'));
      expect((await store.head(environment)).drift?.state).toBe('asleep');
    });

    test('keeps the list of what was rejected, apart from the rest of the head', async () => {
      const rejection = {
        image: 'registry.test/shop@sha256:bb',
        fingerprint: 'f'.repeat(32),
        revision: 'b'.repeat(40),
        release: 'rel_bad',
        code: 'ContainerCrashing' as const,
        message: 'Pod shop/shop-1: container app exits 1.',
        at: at(0).toISOString(),
      };
      await store.saveRejected(environment, [rejection]);
      const good = await ended('succeeded');
      expect(await store.head(environment)).toMatchObject({ rejected: [rejection], lastGood: { release: good } });
      await store.saveRejected(environment, []);
      expect((await store.head(environment)).rejected).toEqual([]);
    });
  });
}
