import { PAUSE_IMAGE } from '../../node/pause.ts';
import { APP, type FailureCase } from '../case.ts';

const unschedulable = { outcome: 'rolled_back', code: 'Unschedulable' } as const;
const data = { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] };
const affinity = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['s390x'] }] }],
    },
  },
};
const HOST_PORT = 31_999;

/** Pods that no node takes. */
export const schedulingCases: readonly FailureCase[] = [
  {
    name: 'more CPU than the node has',
    container: { resources: { requests: { cpu: '64' } } },
    expect: {
      outcome: 'failed',
      code: 'NodeTooSmall',
      message: /Deployment shop\/shop asks for 64 cpu; node \S+ has \d+, of which .* are free: .* short/,
      hint: /resources\.requests\.cpu/,
    },
  },
  {
    name: 'more memory than the node has',
    container: { resources: { requests: { memory: '64Gi' } } },
    expect: {
      outcome: 'failed',
      code: 'NodeTooSmall',
      message: /Deployment shop\/shop asks for 64Gi memory; node \S+ has 1Gi, of which .* are free: .* short/,
      hint: /resources\.requests\.memory/,
    },
  },
  {
    name: 'a node selector that fits no node',
    pod: { nodeSelector: { disk: 'ssd' } },
    expect: { ...unschedulable, message: /selector; it asks for nodes with disk=ssd/, hint: /kubectl label node/ },
  },
  {
    name: 'an affinity that fits no node',
    pod: { affinity },
    expect: {
      ...unschedulable,
      message: /affinity.*; it asks for nodes with kubernetes\.io\/arch In \(s390x\)/,
      hint: /kubectl label node/,
    },
  },
  {
    name: 'a host port that another pod holds',
    others: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'holder', namespace: 'default' },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'holder', image: PAUSE_IMAGE, ports: [{ containerPort: 80, hostPort: HOST_PORT }] }],
        },
      },
    ],
    container: { ports: [{ name: 'http', containerPort: 8080, hostPort: HOST_PORT }] },
    expect: {
      ...unschedulable,
      code: 'PortTaken',
      message: /hostPort 31999 is held by Pod default\/holder/,
      hint: /hostPort/,
    },
  },
  {
    name: 'a claim that nothing provisions',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data', namespace: APP },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
    pod: data,
    expect: {
      ...unschedulable,
      code: 'VolumeClaimPending',
      message: /unbound immediate PersistentVolumeClaims\.$/,
      hint: /storageclass/,
    },
  },
  {
    name: 'a claim that is not there',
    pod: data,
    expect: {
      ...unschedulable,
      code: 'VolumeClaimPending',
      message: /persistentvolumeclaim "data" not found\.$/,
      hint: /claimName/,
    },
  },
];
