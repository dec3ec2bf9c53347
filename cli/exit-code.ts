import type { Answer } from './answer.ts';

/** 0 done, 1 failed, 2 bad input, 3 rejected by the gate, 4 busy, 5 deadline. Scripts rely on these. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

/** Files that a person gave and that are wrong; what else is the caller's fault, its owner says. */
const badFiles: readonly string[] = ['ConfigInvalid', 'PolicyInvalid', 'ManifestInvalid', 'KubeconfigInvalid'];

/** For an error that ends a command before there is a release. */
export function exitCodeOfError({ code, owner }: { code: string; owner: string }): ExitCode {
  if (owner === 'caller' || badFiles.includes(code)) return 2;
  if (code.startsWith('Gate')) return 3;
  return code === 'DeadlineReached' ? 5 : 1;
}

/** For the answer of a function that works on a release: deploy, rollback, drift. */
export function exitCodeOfAnswer({ ok, release, failure, busy, reports }: Answer): ExitCode {
  if (busy !== undefined) return 4;
  if (release !== undefined) {
    if (release.outcome === undefined || failure?.code === 'DeadlineReached') return 5;
    return release.outcome === 'rejected' ? 3 : ok ? 0 : 1;
  }
  if (failure !== undefined) return exitCodeOfError(failure);
  if (!ok) return 1;
  return reports?.some(({ state }) => state === 'busy') === true ? 4 : 0;
}
