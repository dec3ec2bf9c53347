import { createHash } from 'node:crypto';

/** Crockford's base 32: no letters that are taken for digits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** What makes two requests the same request. A re-run of a workflow has a new attempt; a redelivery has the same one. */
export type Identity =
  | { trigger: 'workflow_run'; repositoryId: number; run: number; attempt: number; environment: string }
  | { trigger: 'console'; invocation: string; environment: string };

/** The release id of a request: `rel_` and 26 digits of its hash. Hashed, never cut: similar inputs stay apart. */
export function releaseId(identity: Identity): string {
  const parts =
    identity.trigger === 'workflow_run'
      ? ['workflow_run', identity.repositoryId, identity.run, identity.attempt, identity.environment]
      : ['console', identity.invocation, identity.environment];
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return `rel_${Array.from(digest.subarray(0, 26), (byte) => ALPHABET[byte & 31]).join('')}`;
}
