import { describe, expect, it } from 'vitest';
import { diagnose } from './diagnosis.ts';
import {
  after,
  containerStatus,
  deployment,
  event,
  observation,
  pod,
  terminated,
  waitingPod,
} from '../testing/objects.ts';

const crashing = observation({
  pods: [waitingPod('CrashLoopBackOff', 'back-off 10s', { restartCount: 1, lastState: terminated(1) })],
});

describe('diagnose', () => {
  it('gives code, sentence with the last log line, hint, subject and evidence', () => {
    const failure = diagnose(crashing, { logs: ['starting', 'Error: DATABASE_URL is not set', ''] });
    expect(failure).toMatchObject({
      code: 'ContainerCrashing',
      owner: 'change',
      message:
        'Pod shop/shop-2-x7k2p: container app exits 1 (CrashLoopBackOff); its last log line: Error: DATABASE_URL is not set.',
      subject: 'Pod shop/shop-2-x7k2p',
      logs: ['starting', 'Error: DATABASE_URL is not set'],
    });
    expect(failure.hint).toMatch(/failure\.logs/);
  });

  it('says what an exec format error means when only the log has it', () => {
    const failure = diagnose(crashing, { logs: ['exec /usr/bin/node: exec format error'] });
    expect(failure.message).toMatch(/exec format error: the image is built for another CPU architecture/);
  });

  it('fills the hint from the facts', () => {
    const killed = waitingPod('CrashLoopBackOff', '', { restartCount: 1, lastState: terminated(137, { reason: 'OOMKilled' }) }, { container: { resources: { limits: { memory: '64Mi' } } } }); // prettier-ignore
    expect(diagnose(observation({ pods: [killed] })).hint).toContain('now 64Mi');
  });

  it('fills the hint from facts that the cluster does not know', () => {
    const pods = [waitingPod('ErrImagePull', 'unexpected status: 403 Forbidden')];
    const { code, hint } = diagnose(observation({ pods }), { facts: { secret: 'shop/registry' } });
    expect(code).toBe('ImagePullDenied');
    expect(hint).toMatch(/shop\/registry .* ghcr\.io\/acme\/shop@sha256/);
  });

  it('keeps the last 20 log lines, each cut to 400 characters, without passwords', () => {
    const lines = [
      ...Array.from({ length: 30 }, (_, index) => `line ${index}`),
      `postgres://app:hunter2@db ${'x'.repeat(999)}`,
    ];
    const { logs } = diagnose(crashing, { logs: lines });
    expect(logs).toHaveLength(20);
    expect(logs[0]).toBe('line 11');
    expect(logs.at(-1)).toHaveLength(400);
    expect(JSON.stringify(logs)).not.toContain('hunter2');
  });

  it('lists events of the rollout, newest last, and no others', () => {
    const events = [
      event('BackOff', 'Back-off restarting failed container', { lastTimestamp: after(9), count: 4 }),
      event('Scheduled', 'Assigned', { type: 'Normal', lastTimestamp: after(1) }),
      event('Unhealthy', 'of another pod', { involvedObject: { kind: 'Pod', name: 'other', uid: 'pod-9' } }),
    ];
    expect(diagnose({ ...crashing, events }).events).toEqual([
      'Normal Scheduled Pod shop-2-x7k2p: Assigned',
      'Warning BackOff Pod shop-2-x7k2p: Back-off restarting failed container (4 times)',
    ]);
  });

  it('names the probe, its port and its answer at the deadline', () => {
    const probed = pod({
      container: { readinessProbe: { httpGet: { path: '/health', port: 'http' } } },
      status: { containerStatuses: [containerStatus({ running: {} })] },
    });
    const events = [event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503')];
    expect(diagnose(observation({ pods: [probed], events }), { timedOut: true })).toMatchObject({
      code: 'ProbeFailing',
      message:
        'Pod shop/shop-2-x7k2p: container app does not pass its readiness probe (GET /health on port 8080 (http)): HTTP probe failed with statuscode: 503.',
    });
  });

  it('names what may pass by itself as the cause when it lasted until the deadline', () => {
    const pods = [waitingPod('ErrImagePull', '429 Too Many Requests')];
    expect(diagnose(observation({ pods }), { timedOut: true })).toMatchObject({
      code: 'RegistryRateLimited',
      owner: 'platform',
    });
  });

  it('says at least what it waited for', () => {
    const failure = diagnose(observation({ pods: [pod()] }), { timedOut: true });
    expect(failure.code).toBe('RolloutTimedOut');
    expect(failure.message).toBe(
      'Deployment shop/shop: not ready in time; it waited for: 1 of 1 pods not ready: container app is being created.',
    );
    expect(failure.hint).toContain('kubectl -n shop describe deployment/shop');
  });

  it('reads events of events.k8s.io/v1 too', () => {
    const modern = {
      ...event('BackOff', ''),
      note: 'Back-off',
      regarding: event('x', '')['involvedObject'],
      involvedObject: undefined,
    };
    expect(diagnose({ ...crashing, events: [modern] }).events).toEqual(['Warning BackOff Pod shop-2-x7k2p: Back-off']);
  });

  it('does not mistake a rollout of nothing for a known cause', () => {
    expect(diagnose(observation({ workload: deployment({ observedGeneration: 1 }) }), { timedOut: true }).code).toBe(
      'RolloutTimedOut',
    );
  });
});
