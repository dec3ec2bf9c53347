import { createHmac } from 'node:crypto';

/**
 * Names a finding: equal for the same parts in every run, different for different ones. The key keeps the hashes of one tool apart
 * from those of others, and has a version. Parts are data of the report; a secret among them cannot be read back.
 */
export function fingerprintOf(tool: string, ...parts: readonly (string | number | undefined)[]): string {
  const data = JSON.stringify(parts.map((part) => part ?? null));
  return createHmac('sha256', `hawser/${tool}/v1`).update(data).digest('hex');
}
