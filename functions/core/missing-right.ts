import { ReleaseError } from './errors.ts';

/** True for a right that the cluster did not grant; not for a credential that it does not know: that is refused for everything alike. */
export function isMissingRight(thrown: unknown): thrown is ReleaseError {
  return thrown instanceof ReleaseError && thrown.code === 'KubeconfigRejected' && thrown.details['verb'] !== undefined;
}
