import { describe, expect, it } from 'vitest';
import { admit } from './admit.ts';
import { answerResult } from './answer-result.ts';
import { deploy } from './deploy.ts';
import { fail } from './errors.ts';
import type { ReleaseRequest } from './release.ts';
import { resultOf } from './result.ts';
import { byHand, run } from './testing/run.ts';
import { workflowRun } from './testing/workflow-run.ts';
import { CREDENTIAL, INSTANCE, world } from './testing/world.ts';

describe('deploy', () => {
  it('wakes the node, deploys by digest, proves the revision, and tells GitHub', async () => {
    const w = world();
    const release = await run(w, w.ship('good'));
    expect(release).toMatchObject({
      outcome: 'succeeded',
      gate: { state: 'accepted' },
      changes: { created: 4, configured: 0 },
    });
    expect(release.phases.map(({ name, state }) => `${name} ${state}`)).toEqual(
      [
        'admit',
        'open',
        'lock',
        'gate',
        'wake',
        'readdress',
        'connect',
        'preflight',
        'render',
        'plan',
        'apply',
        'verify',
        'prune',
        'close',
      ].map((name) => `${name} done`),
    );
    const deployment = w.cluster.objects().find(({ kind }) => kind === 'Deployment');
    expect(JSON.stringify(deployment)).toContain(release.image);
    expect(release.image).toMatch(/^registry\.test\/acme\/shop@sha256:[0-9a-f]{64}$/);
    expect(w.github.told().at(-1)).toMatchObject({ state: 'success', environmentUrl: release.url });
  });

  it('keeps the address of the moment in every place that stores it', async () => {
    const w = world();
    const { address } = await run(w, w.ship('good'));
    expect((await w.ports.releases.head('production')).node).toMatchObject({ instance: INSTANCE, address });
    expect(await w.secrets.read('shop/kubeconfig', { fresh: true })).toContain(`https://${address}:6443`);
    w.machines.stop(INSTANCE);
    await w.clock.sleep(60_000);
    const second = await run(w, w.ship('good'));
    expect(second.outcome).toBe('succeeded');
    expect(second.address).not.toBe(address);
    expect(w.connections.at(-1)).toBe(second.address);
    expect(await w.secrets.read('shop/kubeconfig', { fresh: true })).toContain(`https://${second.address}:6443`);
  });

  it('rolls back a revision that crashes, keeps its cause, and leaves the last good one serving', async () => {
    const w = world();
    const good = await run(w, w.ship('good'));
    const bad = await run(w, w.ship('crashes'));
    expect(bad).toMatchObject({
      outcome: 'rolled_back',
      restored: good.id,
      failure: { code: 'ContainerCrashing', owner: 'change' },
    });
    expect(bad.failure?.logs.at(-1)).toContain('DATABASE_URL');
    expect((await w.ports.releases.head('production')).lastGood?.release).toBe(good.id);
    expect(JSON.stringify(w.cluster.objects().find(({ kind }) => kind === 'Deployment'))).toContain(good.image);
    expect(w.github.told().at(-1)).toMatchObject({ state: 'failure' });
  });

  it('keeps the failed revision where onFailure is keep', async () => {
    const w = world((raw) => {
      const { production } = raw['environments'] as { production: object };
      return {
        ...raw,
        environments: {
          production: { ...production, rollout: { timeout: '1m', check: '/version', onFailure: 'keep' } },
        },
      };
    });
    await run(w, w.ship('good'));
    expect(await run(w, w.ship('crashes'))).toMatchObject({
      outcome: 'failed',
      failure: { code: 'ContainerCrashing' },
    });
  });

  it('promise 6: ready pods are not enough, the URL must answer with this revision', async () => {
    const w = world();
    const good = await run(w, w.ship('good'));
    expect(await run(w, w.ship('mute'))).toMatchObject({
      outcome: 'rolled_back',
      restored: good.id,
      failure: { code: 'SmokeTestFailed' },
    });
  });

  it('promise 4: a duplicate of a finished release gets that release back, and nothing is done', async () => {
    const w = world();
    const request = w.ship('good');
    const first = await run(w, request);
    const before = JSON.stringify(w.cluster.objects());
    expect(await run(w, request)).toEqual(first);
    expect(JSON.stringify(w.cluster.objects())).toBe(before);
    expect(w.github.deployments()).toHaveLength(1);
  });

  it('promise 2: an older run never replaces a newer one, unless a person asks by hand', async () => {
    const w = world();
    const [older, newer] = [w.ship('good', { number: 1 }), w.ship('good', { number: 2 })];
    const live = await run(w, newer);
    expect((await run(w, older)).outcome).toBe('superseded');
    expect((await w.ports.releases.head('production')).lastGood?.release).toBe(live.id);
    expect((await run(w, byHand(older, 'by hand'))).outcome).toBe('succeeded');
    expect((await w.ports.releases.head('production')).lastGood?.revision).toBe(older.revision);
  });

  describe('promise 2: a leaked webhook secret moves no order, since GitHub must confirm the number', () => {
    /** What the webhook of a run asks for, whoever has sent it. */
    const webhook = (
      w: ReturnType<typeof world>,
      { run: of, revision }: ReleaseRequest,
      number = of?.number,
    ): ReleaseRequest => {
      const event = workflowRun({ id: of?.id ?? 0, run_number: number ?? 0, head_sha: revision });
      const admission = admit(event, w.ports.config, { delivery: 'd', now: w.clock.now().toISOString() });
      const [request] = admission.admitted ? admission.requests : [];
      if (request === undefined) throw new Error('not admitted');
      return request;
    };

    it('an older run under a large number does not go live, and holds back none that follows', async () => {
      const w = world();
      const older = w.ship('good');
      const live = await run(w, w.ship('good'));
      expect(await run(w, webhook(w, older, 9_999_999))).toMatchObject({
        outcome: 'rejected',
        failure: { code: 'RunNotSuccessful', message: expect.stringContaining('it is run #1, not #9999999') as string },
      });
      expect((await w.ports.releases.head('production')).lastGood?.release).toBe(live.id);
      expect((await run(w, webhook(w, w.ship('good')))).outcome).toBe('succeeded');
    });

    it.each([
      ['small, which is superseded', 1, 'superseded'],
      ['large, which is rejected', 9_999_999, 'rejected'],
    ])('a number too %s, leaves the true webhook of the same run its release', async (_, number, outcome) => {
      const w = world();
      w.ship('good');
      await run(w, w.ship('good'));
      const next = w.ship('good');
      expect((await run(w, webhook(w, next, number))).outcome).toBe(outcome);
      expect(await run(w, webhook(w, next))).toMatchObject({ outcome: 'succeeded', run: { number: 3 } });
    });
  });

  it('links the page of the run as GitHub gives it, and none that it has not confirmed', async () => {
    const w = world();
    const linked = (release: Parameters<typeof resultOf>[0]): unknown => resultOf(release)['links'];
    const [older, newer] = [w.ship('good'), w.ship('good')];
    expect(linked(await run(w, newer))).toMatchObject({ workflowRun: 'https://github.com/acme/shop/actions/runs/2' });
    expect(linked(await run(w, older))).toMatchObject({ workflowRun: undefined });
  });

  it('promise 3: two releases at once run one after the other', async () => {
    const w = world();
    const [a, b] = [w.ship('good'), w.ship('good')];
    const ended = await Promise.all([run(w, a), run(w, b)]);
    const spans = ended.map(({ phases }) => ({
      from: phases.find(({ name }) => name === 'lock')?.endedAt ?? '',
      to: phases.find(({ name }) => name === 'close')?.startedAt ?? '',
    }));
    const [first, second] = spans.toSorted((x, y) => x.from.localeCompare(y.from));
    expect((first?.to ?? '') <= (second?.from ?? '')).toBe(true);
  });

  it('promise 3: a person is told at once who holds the environment', async () => {
    const w = world();
    await w.ports.lock.acquire('production', 'rel_other', 60_000);
    const answer = await deploy(w.ports, byHand(w.ship('good'), 'x'), {
      signal: new AbortController().signal,
      wait: false,
    });
    expect(answerResult(answer)).toMatchObject({ ok: false, summary: expect.stringContaining('rel_other') as string });
  });

  it('promise 3: a lock that its holder left behind expires', async () => {
    const w = world();
    await w.ports.lock.acquire('production', 'rel_dead', 60_000);
    expect((await run(w, w.ship('good'))).outcome).toBe('succeeded');
  });

  it('promise 7: no secret is in the record, the answer, the log or what GitHub is told', async () => {
    const w = world();
    const release = await run(w, w.ship('crashes'));
    const stored = await w.ports.releases.objects(release.id);
    const seen = JSON.stringify([release, answerResult({ kind: 'ended', release }), w.lines, w.github.told(), stored]);
    const secrets = [
      CREDENTIAL.password,
      'github-token-0123456789',
      'webhook-secret-0123456789',
      'deployer-token-0123456789abcdef',
    ];
    for (const secret of secrets.flatMap((text) => [text, Buffer.from(text).toString('base64')]))
      expect(seen).not.toContain(secret);
    expect(JSON.stringify(w.cluster.objects())).toContain('dockerconfigjson');
  });

  it('goes on where its time ran short: the release is queued again, and ends once', async () => {
    const w = world();
    const request = w.ship('good');
    const deadline = new AbortController();
    const wake = w.ports.machines.start;
    w.ports.machines.start = (instance) => {
      deadline.abort(fail('DeadlineReached', 'The time of this invocation ran short.'));
      return wake(instance);
    };
    const answer = await deploy(w.ports, request, { signal: deadline.signal, wait: true });
    expect(answer.kind).toBe('continues');
    expect((await w.ports.releases.get(request.id))?.state).toBe('open');
    w.ports.machines.start = wake;
    const resumed = await run(w, { ...request, resumed: 1 });
    expect(resumed).toMatchObject({ id: request.id, outcome: 'succeeded' });
  });

  it('succeeds though GitHub cannot be told, and fails closed when GitHub cannot confirm the run', async () => {
    const w = world();
    const request = w.ship('good');
    w.ports.github = { ...w.github, createDeployment: () => Promise.reject(new Error('GitHub is down')) };
    expect((await run(w, request)).outcome).toBe('succeeded');
    const next = w.ship('good');
    w.ports.github = w.github;
    w.github.setDown(true);
    expect(await run(w, next)).toMatchObject({ outcome: 'failed', failure: { code: 'GitHubUnavailable' } });
  });

  it.each([
    ['a failed job behind a green run', { jobs: [{ name: 'trivy', conclusion: 'failure', url: '' }] }],
    ['a required job that did not run', { jobs: [] }],
    ['another number', { number: 2 }],
    ['another commit', { headSha: 'b'.repeat(40) }],
    ['another workflow', { path: '.github/workflows/other.yml' }],
    ['a pull request', { event: 'pull_request' }],
    ['a run that is not green', { conclusion: 'failure' }],
  ])('rejects what GitHub does not confirm: %s', async (_, change) => {
    const w = world((raw) => ({
      ...raw,
      app: { ...(raw['app'] as object), source: { ...(raw['app'] as { source: object }).source, jobs: ['trivy'] } },
    }));
    const request = w.ship('good');
    const jobs = [{ name: 'trivy', conclusion: 'success', url: '' }];
    w.github.setRun(1, 1, {
      number: 1,
      status: 'completed',
      conclusion: 'success',
      headSha: request.revision,
      path: '.github/workflows/ci.yml',
      event: 'push',
      url: 'https://github.com/acme/shop/actions/runs/1',
      jobs,
      ...change,
    });
    expect(await run(w, request)).toMatchObject({ outcome: 'rejected', failure: { code: 'RunNotSuccessful' } });
    expect(w.applied()).toEqual([]);
  });

  it('rejects a commit that is on a tag only, though the tag is called like the branch', async () => {
    const w = world();
    const request = w.ship('good');
    const stray = 'c'.repeat(40);
    w.github.tag(stray);
    w.github.setRun(1, 1, {
      number: 1,
      status: 'completed',
      conclusion: 'success',
      headSha: stray,
      path: '.github/workflows/ci.yml',
      event: 'push',
      url: 'https://github.com/acme/shop/actions/runs/1',
      jobs: [],
    });
    expect(await run(w, { ...request, revision: stray })).toMatchObject({
      outcome: 'rejected',
      failure: { code: 'RunNotSuccessful' },
    });
  });

  it('changes nothing when only the plan is asked for', async () => {
    const w = world();
    const release = await run(w, { ...byHand(w.ship('good'), 'plan'), plan: true });
    expect(release).toMatchObject({ outcome: 'planned', changes: { created: 4 } });
    expect(w.applied()).toEqual([]);
  });

  it.each([
    ['InsufficientInstanceCapacity', 'NodeCapacityUnavailable'],
    ['Client.InternalError', 'NodeStartFailed'],
    ['UnauthorizedOperation', 'AccessDenied'],
  ])('ends with the reason when the node does not start: %s', async (fault, code) => {
    const w = world();
    w.machines.failNextStart(fault);
    expect(await run(w, w.ship('good'))).toMatchObject({ outcome: 'failed', failure: { code } });
  });
});
