import { at, isRecord, numberAt, textAt, type Fields } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { isFresh, type ContainerView, type Finding, type Look } from './look.ts';
import { timeAt } from './field.ts';

/** The kernel ended it for want of memory; `end` is its `terminated` state. */
export function memoryTrouble(
  view: ContainerView,
  end: Fields | undefined,
  pod: Manifest,
  look: Look,
): Finding | undefined {
  if (end === undefined || textAt(end, 'reason') !== 'OOMKilled' || view.status['ready'] === true) return undefined;
  const finding = memoryFinding(view, pod, '', isFresh(timeAt(end, 'finishedAt'), look));
  const exit = numberAt(end, 137, 'exitCode');
  const restarts = numberAt(view.status, 0, 'restartCount');
  const times = restarts > 1 ? `, ${restarts} restarts` : '';
  return { ...finding, what: `${finding.what} (OOMKilled, exit ${exit}${times})` };
}

/** The sentence with the limit that it went over: of the container, or of the pod where that has one (Kubernetes 1.32). */
export function memoryFinding(view: ContainerView, pod: Manifest, when: string, isFinal: boolean): Finding {
  const limit = limitOf(view.spec) ?? limitOf(isRecord(pod['spec']) ? pod['spec'] : {});
  const over = limit === undefined ? 'because the node ran out of memory' : `for using more than its limit of ${limit}`;
  return {
    code: 'OutOfMemory',
    what: `${view.label} was killed ${over}${when === '' ? '' : ` ${when}`}`,
    details: { limit: limit ?? 'none' },
    isFinal,
  };
}

function limitOf(spec: Fields): string | undefined {
  const found = at(spec, 'resources', 'limits', 'memory');
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}
