import { at, listAt, textAt, type Fields } from '../rollout/field.ts';
import type { Manifest } from '../kubernetes.ts';

/** What is known of a pod that pulls: which of its containers lack their image, whether the kubelet refuses to run it at all, or gave up. */
export function pullState(pod: Manifest): { missing: string[]; refusal: string | undefined; isExpired: boolean } {
  const statuses = listAt(pod, 'status', 'containerStatuses');
  const names = listAt(pod, 'spec', 'containers').map((one) => textAt(one, 'name'));
  const missing = names.filter((name) => !hasPulled(statuses.find((one) => one['name'] === name)));
  const isOver = /^(Failed|Succeeded)$/.test(textAt(pod, 'status', 'phase'));
  const why = textAt(pod, 'status', 'message') || textAt(pod, 'status', 'reason') || 'it gives no reason';
  const isExpired = textAt(pod, 'status', 'reason') === 'DeadlineExceeded' && missing.length > 0;
  return { missing, refusal: isOver && missing.length > 0 ? why : undefined, isExpired };
}

/** The kubelet names the image once it has it; these reasons come after that, too. */
function hasPulled(status: unknown): boolean {
  const waiting = textAt(status, 'state', 'waiting', 'reason');
  return (
    textAt(status, 'imageID') !== '' ||
    at(status, 'state', 'running') !== undefined ||
    textAt(status, 'state', 'terminated', 'reason') === 'StartError' ||
    /^(CreateContainerConfigError|CreateContainerError|RunContainerError|PostStartHookError)$/.test(waiting)
  );
}

/** The pod as if it had only the containers whose image is missing: what troubles the others is of no interest. */
export function onlyMissing(pod: Manifest, missing: readonly string[]): Manifest {
  const of = (path: string, field: string): Fields[] =>
    listAt(pod, path, field).filter((one) => missing.includes(textAt(one, 'name')));
  const spec = { ...(at(pod, 'spec') as Fields), containers: of('spec', 'containers') };
  const status = { ...((at(pod, 'status') ?? {}) as Fields), containerStatuses: of('status', 'containerStatuses') };
  return { ...pod, spec, status };
}
