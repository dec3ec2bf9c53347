import { describe } from 'vitest';
import { check } from '../testing/check.ts';

describe('snapshots of volumes', () => {
  check('snapshot.storage.k8s.io/v1 VolumeSnapshot', [
    ['ready', { status: { readyToUse: true } }, 'Healthy', 'ReadyToUse'],
    ['being made', { status: { readyToUse: false } }, 'Progressing', 'NoCaseFits'],
    ['failed', { status: { readyToUse: false, error: { message: 'no driver' } } }, 'Degraded', 'SnapshotFailed'],
  ]);
});
