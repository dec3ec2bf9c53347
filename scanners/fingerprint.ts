import { createHmac } from 'node:crypto';

/**
 * Names a finding: equal for the same parts in every run, different for different ones. The key keeps the hashes of one tool apart
 * from those of others, and has a version; it is no secret. Fingerprints are public, and whoever has one can try what it is made of: no
 * part may be a secret, or the line that it is on.
 */
export function fingerprintOf(tool: string, ...parts: readonly (string | number | undefined)[]): string {
  const data = JSON.stringify(parts.map((part) => part ?? null));
  return createHmac('sha256', `hawser/${tool}/v1`).update(data).digest('hex');
}
