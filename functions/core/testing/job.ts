import type { MemoryCluster } from '../../adapters/memory/cluster.ts';
import type { Manifest } from '../kubernetes.ts';

/** What the Job controller and the kubelet would do, in one go: a pod that ran to its end, and the Job's verdict. */
export function runJob(job: Manifest, cluster: MemoryCluster, isGood: boolean): void {
  const { name, namespace = 'default', uid = '' } = job.metadata;
  const at = new Date('2026-11-24T10:00:00Z').toISOString();
  const labels = { 'batch.kubernetes.io/job-name': name, 'batch.kubernetes.io/controller-uid': uid };
  const exitCode = isGood ? 0 : 1;
  cluster.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-x`,
      namespace,
      labels,
      creationTimestamp: at,
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true }],
    },
    spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.test/acme/shop' }] },
    status: {
      phase: isGood ? 'Succeeded' : 'Failed',
      containerStatuses: [
        {
          name: 'main',
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode, reason: isGood ? 'Completed' : 'Error', finishedAt: at } },
        },
      ],
    },
  });
  const failed = {
    type: 'Failed',
    status: 'True',
    reason: 'BackoffLimitExceeded',
    message: 'Job has reached the specified backoff limit',
  };
  cluster.put({
    ...job,
    status: isGood
      ? {
          succeeded: 1,
          startTime: at,
          completionTime: at,
          conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: at }],
        }
      : { failed: 1, startTime: at, conditions: [{ ...failed, lastTransitionTime: at }] },
  });
}
