import { describe, expect, it, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { containerStatus, event, observation, pod, terminated, waitingPod } from '../testing/objects.ts';
import { diagnose } from './diagnosis.ts';
import { judge } from './rollout.ts';

/** Texts of a real node: Kubernetes 1.34, containerd 1.6, runc 1.1, as `sandbox/failures` sees them. */
const image = 'registry.example:5000/acme/shop@sha256:ed1c24c81501aeb3346d8150334d91e661586419ad30c2faa250447d98a84b3a';
const of = { involvedObject: { uid: 'pod-2', fieldPath: 'spec.containers{app}' } };
const running = { running: { startedAt: '2026-11-24T10:00:02Z' } };
const execProbe = { readinessProbe: { exec: { command: ['/bin/is-ready'] } } };
const hook = { lifecycle: { postStart: { exec: { command: ['/app', 'exit', '3'] } } } };

const probe =
  'Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "da14062f9915": OCI runtime exec failed: exec failed: unable to start container process: exec: "/bin/is-ready": stat /bin/is-ready: no such file or directory: unknown';
const root =
  'container has runAsNonRoot and image will run as root (pod: "shop-7ddf8b5f4f-w7wlq_shop(f71086d4-e08a-4647-89d8-ee2c79cc185f)", container: app)';
const postStart =
  'Exec lifecycle hook ([/app exit 3]) for Container "app" in Pod "shop-1_shop(1)" failed - error: command \'/app exit 3\' exited with 3: no warm cache\n, message: "no warm cache\\n"';
const platform = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": no match for platform in manifest: not found`;
const denied = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": pulling from host registry.example:5000 failed with status code: 403 Forbidden`;

function unscheduled(message: string): Manifest {
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  return pod({ status: { conditions: [{ ...condition, lastTransitionTime: '2026-11-24T10:00:01Z' }] } });
}

function withSecrets(object: Manifest, ...names: string[]): Manifest {
  return { ...object, spec: { ...Object(object['spec']), imagePullSecrets: names.map((name) => ({ name })) } };
}

describe('a sentence is what is wrong, without the words that say it twice', () => {
  test.each<[string, Manifest[], Manifest[], string, RegExp]>([
    [
      'a probe whose command is not there',
      [pod({ container: execProbe, status: { containerStatuses: [containerStatus(running)] } })],
      [event('Unhealthy', probe, of)],
      'Pod shop/shop-2-x7k2p: container app does not pass its readiness probe (exec /bin/is-ready): exec: "/bin/is-ready": stat /bin/is-ready: no such file or directory.',
      /kubectl exec POD -c app -- COMMAND$/,
    ],
    [
      'an image that runs as root',
      [waitingPod('CreateContainerConfigError', root)],
      [],
      'Pod shop/shop-2-x7k2p: container app cannot be created: container has runAsNonRoot and image will run as root.',
      /USER 1000/,
    ],
    [
      'a hook that fails',
      [waitingPod('PostStartHookError', postStart, {}, { container: hook })],
      [],
      'Pod shop/shop-2-x7k2p: container app is killed because its postStart hook (/app exit 3) fails: exited with 3: no warm cache.',
      /postStart/,
    ],
    [
      'a claim that nothing provisions',
      [unscheduled('0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found')],
      [],
      'Pod shop/shop-2-x7k2p: no node takes it: 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
      /storageclass/,
    ],
    [
      'a claim that is not there',
      [unscheduled('0/1 nodes are available: persistentvolumeclaim "data" not found. not found')],
      [],
      'Pod shop/shop-2-x7k2p: no node takes it: 0/1 nodes are available: persistentvolumeclaim "data" not found.',
      /claimName/,
    ],
    [
      'an image for other platforms: the hint builds a name, not a digest',
      [waitingPod('ErrImagePull', platform, {}, { container: { image } })],
      [],
      `Pod shop/shop-2-x7k2p: container app cannot pull ${image}: the image has no variant for the platform of the node.`,
      /--push -t registry\.example:5000\/acme\/shop \.$/,
    ],
  ])('%s', (_, pods, events, message, hint) => {
    const failure = diagnose(observation({ pods, events }), { timedOut: true });
    expect(failure.message).toBe(message);
    expect(failure.hint).toMatch(hint);
  });
});

describe('a pod that no node takes is waited for', () => {
  const selector = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.";
  const claim = '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found';
  const stateAt = (message: string, at: number): string =>
    judge(observation({ pods: [unscheduled(message)], at })).state;

  it('5 s when only a person can change what keeps it out', () => {
    expect([5, 6].map((at) => stateAt(selector, at))).toEqual(['progressing', 'failed']);
  });
  it('no longer because an old pod still leaves: its room is not what lacks', () => {
    const old = pod({ revision: 1, metadata: { deletionTimestamp: '2026-11-24T10:00:01Z' } });
    const judged = judge(observation({ pods: [unscheduled(selector), old], at: 6 }));
    expect(judged).toMatchObject({ state: 'failed', code: 'Unschedulable' });
    expect(judge(observation({ pods: [unscheduled(claim), old], at: 16 })).state).toBe('progressing');
  });
  it('15 s when the cluster may', () => {
    expect([15, 16].map((at) => stateAt(claim, at))).toEqual(['progressing', 'failed']);
  });
});

describe('a login that is refused', () => {
  const facts = { secret: 'shop/registry' };
  const hintOf = (...secrets: string[]): string =>
    diagnose(observation({ pods: [withSecrets(waitingPod('ErrImagePull', denied), ...secrets)] }), { facts }).hint;

  it('is that of app.pull when the pod has the secret that Hawser made of it', () => {
    expect(hintOf('hawser-pull')).toMatch(/^The token in shop\/registry /);
  });
  it('is the pod’s own when it has another one', () => {
    expect(hintOf('theirs')).toMatch(/^The token in imagePullSecrets \(theirs\) /);
  });
});

describe('the second end in a row is a doom, whether or not the kubelet says CrashLoopBackOff yet', () => {
  const migrate = (restartCount: number): Manifest => {
    const status = { ...containerStatus(terminated(1), { restartCount }), name: 'migrate' };
    return pod({ initContainers: [{ name: 'migrate' }], status: { initContainerStatuses: [status] } });
  };
  it('of an init container', () => {
    expect(judge(observation({ pods: [migrate(0)] })).state).toBe('progressing');
    expect(judge(observation({ pods: [migrate(1)] }))).toMatchObject({ state: 'failed', code: 'ContainerCrashing' });
  });
  it('but one that was started again and runs may do better', () => {
    const again = containerStatus(running, { restartCount: 1, lastState: terminated(1) });
    expect(judge(observation({ pods: [pod({ status: { containerStatuses: [again] } })] })).state).toBe('progressing');
  });
});
