import { fail } from '../../core/errors.ts';
import type { Manifest } from '../../core/kubernetes.ts';
import type { Selection } from '../../core/ports.ts';
import { accept, json } from './answer.ts';
import { collectionPath, rbacName, type Resources } from './resources.ts';
import type { Asked } from './status.ts';
import type { Transport } from './transport.ts';

/** Objects per page: keeps each answer, and the API server's work for it, small. */
const PAGE = '500';

/** The objects of a kind, as a request names them. */
export interface Collection {
  path: string;
  query: Record<string, string | undefined>;
  asked: Asked;
}

export interface Listed {
  items: Manifest[];
  resourceVersion: string;
}

export async function collectionOf(
  resources: Resources,
  selection: Selection,
  verb: 'list' | 'watch',
  signal: AbortSignal,
): Promise<Collection> {
  const { apiVersion, kind, namespace, labelSelector, fieldSelector } = selection;
  const resource = await resources.find(selection, signal);
  if (resource === undefined)
    throw fail('KindUnknown', `The cluster does not know the kind ${kind} of ${apiVersion}.`, { kind });
  const asked: Asked = { verb, resource: rbacName(apiVersion, resource), namespace };
  return { path: collectionPath(selection, resource), query: { labelSelector, fieldSelector }, asked };
}

/** Page by page. A list that grew too old between two pages (410) is asked for again, in one piece. */
export async function listAll(
  transport: Transport,
  { path, query, asked }: Collection,
  signal: AbortSignal,
  limit = PAGE,
): Promise<Listed> {
  const { endpoint, limits } = transport;
  const items: Manifest[] = [];
  let token: string | undefined;
  let left = limits.maxBytes;
  for (;;) {
    const page = { ...query, limit, continue: token };
    const answer = await transport.call({ method: 'GET', path, query: page, maxBytes: left }, signal);
    if (answer.status === 410 && token !== undefined) return listAll(transport, { path, query, asked }, signal, '0');
    accept(answer, asked, endpoint);
    left -= Buffer.byteLength(answer.text);
    const list = json(answer, asked, endpoint) as RawList;
    // The items of a list leave out what all of them share.
    const type = { apiVersion: list.apiVersion, kind: list.kind.replace(/List$/, '') };
    for (const item of list.items ?? []) items.push({ ...type, ...item } as Manifest);
    const { continue: next, resourceVersion } = list.metadata;
    if (next === undefined || next === '') return { items, resourceVersion };
    token = next;
  }
}

interface RawList {
  apiVersion: string;
  kind: string;
  metadata: { resourceVersion: string; continue?: string };
  items?: Partial<Manifest>[] | null;
}
