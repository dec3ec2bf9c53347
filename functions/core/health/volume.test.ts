import { describe } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { check, type Parts } from './testing/check.ts';
import { conditions, object } from './testing/object.ts';

describe('PersistentVolumeClaim', () => {
  const storage = (name: string, volumeBindingMode?: string, annotations: Parts = {}): Manifest =>
    object('storage.k8s.io/v1 StorageClass', {
      metadata: { name, namespace: undefined, annotations },
      ...(volumeBindingMode === undefined ? {} : { volumeBindingMode }),
    });
  const claim = (phase: string, spec: Parts = {}, annotations: Parts = {}): Parts => ({
    metadata: { annotations },
    spec,
    status: { phase },
  });
  const local = storage('local-path', 'WaitForFirstConsumer', {
    'storageclass.kubernetes.io/is-default-class': 'true',
  });
  const user = (claimName: string, namespace = 'shop'): Manifest =>
    object('v1 Pod', {
      metadata: { name: 'shop-0', namespace },
      spec: { volumes: [{ name: 'tmp' }, { persistentVolumeClaim: { claimName } }] },
    });
  const waiting = (namespace: string): Manifest =>
    object('v1 Event', {
      metadata: { name: 'shop.1' },
      reason: 'WaitForFirstConsumer',
      involvedObject: { kind: 'PersistentVolumeClaim', name: 'shop', namespace },
    });
  check('v1 PersistentVolumeClaim', [
    ['bound', claim('Bound', { volumeName: 'pvc-1' }), 'Healthy', 'VolumeBound'],
    ['its volume is lost', claim('Lost', { volumeName: 'pvc-1' }), 'Degraded', 'VolumeLost'],
    [
      'pending, and nothing is known of its class',
      claim('Pending', { storageClassName: 'fast' }),
      'Progressing',
      'VolumePending',
    ],
    ['no status', { spec: {} }, 'Progressing', 'VolumePending'],
    [
      'its class waits for a Pod',
      claim('Pending', { storageClassName: 'lazy' }),
      'Healthy',
      'WaitForFirstConsumer',
      [storage('lazy', 'WaitForFirstConsumer')],
    ],
    [
      'the default class waits for a Pod',
      claim('Pending'),
      'Healthy',
      'WaitForFirstConsumer',
      [storage('fast', 'Immediate'), local],
    ],
    [
      'the default class is another one',
      claim('Pending'),
      'Progressing',
      'VolumePending',
      [storage('lazy', 'WaitForFirstConsumer')],
    ],
    [
      'the class of k3s, not seen',
      claim('Pending', { storageClassName: 'local-path' }),
      'Healthy',
      'WaitForFirstConsumer',
    ],
    [
      'its class waits for nobody',
      claim('Pending', { storageClassName: 'fast' }),
      'Progressing',
      'VolumePending',
      [storage('fast', 'Immediate')],
    ],
    [
      'a class without a mode waits for nobody',
      claim('Pending', { storageClassName: 'fast' }),
      'Progressing',
      'VolumePending',
      [storage('fast')],
    ],
    [
      'an Event says that it waits',
      claim('Pending', { storageClassName: 'lazy' }),
      'Healthy',
      'WaitForFirstConsumer',
      [waiting('shop')],
    ],
    [
      'an Event of another namespace',
      claim('Pending', { storageClassName: 'lazy' }),
      'Progressing',
      'VolumePending',
      [waiting('other')],
    ],
    [
      'a Pod wants it',
      claim('Pending', { storageClassName: 'local-path' }),
      'Progressing',
      'Provisioning',
      [local, user('shop')],
    ],
    [
      'a Pod wants another',
      claim('Pending', { storageClassName: 'local-path' }),
      'Healthy',
      'WaitForFirstConsumer',
      [local, user('else')],
    ],
    [
      'a Pod of another namespace wants its like',
      claim('Pending', { storageClassName: 'local-path' }),
      'Healthy',
      'WaitForFirstConsumer',
      [local, user('shop', 'other')],
    ],
    [
      'the scheduler has chosen a node',
      claim('Pending', { storageClassName: 'local-path' }, { 'volume.kubernetes.io/selected-node': 'node-1' }),
      'Progressing',
      'Provisioning',
      [local],
    ],
    [
      'a provisioner is at work',
      claim('Pending', { storageClassName: 'fast' }, { 'volume.kubernetes.io/storage-provisioner': 'ebs.csi.aws.com' }),
      'Progressing',
      'Provisioning',
    ],
    [
      'a class named in the old annotation',
      claim('Pending', {}, { 'volume.beta.kubernetes.io/storage-class': 'lazy' }),
      'Healthy',
      'WaitForFirstConsumer',
      [storage('lazy', 'WaitForFirstConsumer')],
    ],
    [
      'its class is not there',
      claim('Pending', { storageClassName: 'fast' }),
      'Progressing',
      'StorageClassNotFound',
      [local],
    ],
    ['no class at all', claim('Pending', { storageClassName: '' }), 'Progressing', 'VolumePending', [local]],
    ['is resized', { spec: {}, status: { phase: 'Bound', ...conditions('Resizing=True') } }, 'Progressing', 'Resizing'],
    [
      'grows when it is mounted again',
      { spec: {}, status: { phase: 'Bound', ...conditions('FileSystemResizePending=True') } },
      'Healthy',
      'FileSystemResizePending',
    ],
    [
      'cannot be resized',
      { spec: {}, status: { phase: 'Bound', allocatedResourceStatuses: { storage: 'ControllerResizeInfeasible' } } },
      'Degraded',
      'ControllerResizeInfeasible',
    ],
    ['a phase that is none', claim('Asleep'), 'Unknown', 'PhaseNotKnown'],
  ]);
});

describe('PersistentVolume', () => {
  const phase = (name: string, persistentVolumeReclaimPolicy = 'Delete'): Parts => ({
    spec: { persistentVolumeReclaimPolicy },
    status: { phase: name },
  });
  check('v1 PersistentVolume', [
    ['free', phase('Available'), 'Healthy', 'VolumeAvailable'],
    ['bound', phase('Bound'), 'Healthy', 'VolumeBound'],
    ['to be deleted', phase('Released'), 'Progressing', 'Reclaiming'],
    ['kept', phase('Released', 'Retain'), 'Healthy', 'VolumeReleased'],
    ['cannot be reclaimed', phase('Failed'), 'Degraded', 'ReclaimFailed'],
    ['not yet there', phase('Pending'), 'Progressing', 'VolumePending'],
  ]);
});
