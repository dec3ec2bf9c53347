import { createHash } from 'node:crypto';

/** Crockford's base 32: no letters that are taken for digits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * What makes two requests the same request. A re-run of a workflow has a new attempt; a redelivery has the same one. All that decides
 * what becomes of a release is in it, so that a webhook with a number or a commit that GitHub does not confirm ends as a release of its
 * own: the record of the true one is not taken by it.
 */
export type Identity =
  | {
      trigger: 'workflow_run';
      repositoryId: number;
      run: number;
      number: number;
      attempt: number;
      revision: string;
      environment: string;
    }
  | { trigger: 'console'; invocation: string; environment: string };

/** The release id of a request: `rel_` and 26 digits of its hash. Hashed, never cut: similar inputs stay apart. */
export function releaseId(identity: Identity): string {
  const parts =
    identity.trigger === 'workflow_run'
      ? [
          'workflow_run',
          identity.repositoryId,
          identity.run,
          identity.number,
          identity.attempt,
          identity.revision,
          identity.environment,
        ]
      : ['console', identity.invocation, identity.environment];
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return `rel_${Array.from(digest.subarray(0, 26), (byte) => ALPHABET[byte & 31]).join('')}`;
}
