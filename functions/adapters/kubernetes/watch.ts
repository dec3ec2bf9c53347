import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest } from '../../core/kubernetes.ts';
import type { WatchEvent } from '../../core/ports.ts';
import { listAll, type Collection } from './lists.ts';
import { openKnown } from './known.ts';
import { linesOf } from './lines.ts';
import { accept } from './answer.ts';
import { connectionFault, unreachable } from './faults.ts';
import { backoff, type Transport } from './transport.ts';

/** The server ends a watch itself after so long; it is then resumed where it stood. */
const TIMEOUT_SECONDS = '240';
/** etcd stores objects of up to 1.5 MB; with managedFields and escapes a line of this length is none. */
const LONGEST_LINE = 8 * 1024 * 1024;

export interface WatchTarget {
  collection: Collection;
  /** What the caller was told of already, at its `resourceVersion`. */
  listed: readonly Manifest[];
}

/**
 * Follows a collection from `resourceVersion` on. A connection that ends, breaks or falls silent is resumed after the last
 * event that was yielded, so none is lost or comes twice; after 410 the differences to a new list are yielded.
 * Ends with the signal; throws what `Cluster.watch` throws.
 */
export async function* watchFrom(
  transport: Transport,
  target: WatchTarget,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent, void, void> {
  const known = openKnown(target.listed);
  let [at, failures, forgotten] = [resourceVersion, 0, false];
  while (!signal.aborted) {
    let quiet = true;
    try {
      if (forgotten) {
        const now = await listAll(transport, target.collection, signal);
        for (const event of known.reconcile(now.items)) {
          known.take(event);
          yield event;
        }
        [at, forgotten] = [now.resourceVersion, false];
      }
      for await (const event of connection(transport, target.collection, at, signal)) {
        if (signal.aborted) return;
        if (event === 'gone') {
          forgotten = true;
          break;
        }
        at = event.object.metadata.resourceVersion ?? at;
        [failures, quiet] = [0, false];
        if (isChange(event) && known.take(event)) yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      if ((error as { code?: unknown }).code !== 'ApiServerUnreachable') throw error;
      if (failures + 1 >= transport.limits.watchAttempts) throw error;
    }
    // A server that is going down ends each watch at once: do not hammer it.
    if (!quiet) continue;
    failures++;
    await sleep(backoff(failures, transport.limits), undefined, { signal }).catch(() => undefined);
  }
}

/** `gone`: the server does not know our place any more (HTTP 410, or an ERROR event with that code). */
type StreamEvent = WatchEvent | { type: 'BOOKMARK'; object: Manifest } | 'gone';

function isChange(event: Exclude<StreamEvent, 'gone'>): event is WatchEvent {
  return event.type !== 'BOOKMARK';
}

/** One watch connection to its end. Silence ends it quietly, as the server's own timeout does. */
async function* connection(
  transport: Transport,
  { path, query, asked }: Collection,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void, void> {
  const { endpoint, limits } = transport;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), limits.idleMs);
  const ends = AbortSignal.any([signal, silence.signal]);
  const watch = { watch: '1', allowWatchBookmarks: 'true', timeoutSeconds: TIMEOUT_SECONDS, resourceVersion };
  try {
    const answer = await transport.stream({ method: 'GET', path, query: { ...query, ...watch } }, ends);
    if ('text' in answer) {
      if (answer.status !== 410) accept(answer, asked, endpoint);
      yield 'gone';
      return;
    }
    for await (const line of linesOf(answer.body, LONGEST_LINE)) {
      timer.refresh();
      yield parseEvent(line, transport);
    }
  } catch (error) {
    if (silence.signal.aborted) return;
    throw connectionFault(error, endpoint);
  } finally {
    clearTimeout(timer);
  }
}

function parseEvent(line: string, { endpoint }: Transport): StreamEvent {
  let event: { type?: unknown; object?: unknown };
  try {
    event = JSON.parse(line) as typeof event;
  } catch (error) {
    // The last line of a connection that broke: it comes again, whole.
    throw unreachable(endpoint, 'broke a watch in the middle of an event', 'cut', error);
  }
  if (event.type !== 'ERROR') return event as StreamEvent;
  const status = event.object as { code?: unknown; message?: unknown };
  if (status.code === 410) return 'gone';
  throw unreachable(endpoint, `ended a watch: ${String(status.message).slice(0, 500)}`, String(status.code));
}
