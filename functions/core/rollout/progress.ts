import { describeRef, refOf, type Manifest } from '../kubernetes.ts';
import type { Verdict } from './observation.ts';

/** One object of the release with what is to be said of it now. */
export interface Judged {
  object: Manifest;
  verdict: Verdict;
}

const most = 4;

/** What is waited for, on one line: `Deployment shop/web: 1 of 2 pods not ready: …; StatefulSet shop/db: …`. */
export function describeProgress(judged: readonly Judged[]): string {
  const waits = judged.flatMap(({ object, verdict }) =>
    verdict.state === 'progressing'
      ? [`${describeRef(refOf(object))}: ${verdict.waitsFor}`]
      : verdict.state === 'failed'
        ? [verdict.message.replace(/\.$/, '')]
        : [],
  );
  return join(waits, '; ', '; ');
}

/** `Deployment shop/web and StatefulSet shop/db are ready; Ingress shop/web is not waited for: …`. */
export function describeEnd(judged: readonly Judged[]): string {
  const ready = judged.flatMap(({ object, verdict }) =>
    verdict.state === 'ready' ? [describeRef(refOf(object))] : [],
  );
  const notes = judged.flatMap(({ object, verdict }) =>
    verdict.state === 'skipped' ? [`${describeRef(refOf(object))} is not waited for: ${verdict.note}`] : [],
  );
  const text = ready.length === 0 ? [] : [`${join(ready, ', ', ' and ')} ${ready.length === 1 ? 'is' : 'are'} ready`];
  return [...text, ...notes.slice(0, most)].join('; ');
}

/** `A, B and C`, or the first four `and 7 more`. */
export function join(texts: readonly string[], between: string, last: string): string {
  if (texts.length > most) return `${texts.slice(0, most).join(between)} and ${texts.length - most} more`;
  const end = texts.at(-1) ?? '';
  return texts.length < 2 ? end : `${texts.slice(0, -1).join(between)}${last}${end}`;
}
