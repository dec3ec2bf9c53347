import { gate } from './change/gate.ts';
import { image } from './change/image.ts';
import { manifest } from './change/manifest.ts';
import { pod } from './change/pod.ts';
import { rollout } from './change/rollout.ts';

/** Failures that the author of the change can end: its manifests, its image, its pods, and what the gate asks of it. */
export const change = {
  ...manifest,
  ...image,
  ...pod,
  ...rollout,
  ...gate,
} as const satisfies typeof manifest & typeof image & typeof pod & typeof rollout & typeof gate;
