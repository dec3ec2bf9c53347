import type { Ref } from '../../core/kubernetes.ts';
import type { Selection } from '../../core/ports.ts';
import { accept, json } from './answer.ts';
import { apiRoot, builtIn, discovered, groupOf, type Resource } from './kinds.ts';
import { applyImpossible, type Asked } from './status.ts';
import type { Transport } from './transport.ts';

type Kind = Pick<Ref, 'apiVersion' | 'kind'>;

export interface Resources {
  /** Where the objects of a kind live; undefined when the cluster does not know the kind (yet). */
  find(kind: Kind, signal: AbortSignal): Promise<Resource | undefined>;
}

/** Built-in kinds from the table, others by discovery: one request per group and version, kept while it has the kind. */
export function openResources(transport: Transport): Resources {
  const lists = new Map<string, unknown>();

  async function ask(apiVersion: string, signal: AbortSignal): Promise<unknown> {
    const path = apiRoot(apiVersion);
    const asked: Asked = { verb: 'get', resource: path };
    const answer = await transport.call({ method: 'GET', path }, signal);
    if (answer.status === 404) return undefined;
    accept(answer, asked, transport.endpoint);
    return json(answer, asked, transport.endpoint);
  }

  return {
    async find({ apiVersion, kind }, signal) {
      const known = builtIn(apiVersion, kind) ?? discovered(lists.get(apiVersion), kind);
      if (known !== undefined) return known;
      const list = await ask(apiVersion, signal);
      lists.set(apiVersion, list);
      return discovered(list, kind);
    },
  };
}

/** The path of one object. Throws ApplyRejected for a name or namespace that would lead elsewhere. */
export function objectPath(ref: Ref, { plural, namespaced }: Resource): string {
  const { apiVersion, namespace, name } = ref;
  if (!isSegment(name)) throw applyImpossible(ref, 'has a name that cannot be part of a path');
  if (!namespaced) return `${apiRoot(apiVersion)}/${plural}/${encodeURIComponent(name)}`;
  if (namespace === undefined) throw applyImpossible(ref, 'names no namespace');
  if (!isSegment(namespace)) throw applyImpossible(ref, 'has a namespace that cannot be part of a path');
  return `${apiRoot(apiVersion)}/namespaces/${encodeURIComponent(namespace)}/${plural}/${encodeURIComponent(name)}`;
}

/** The path of a kind's objects: in one namespace, or in all when none is given. */
export function collectionPath({ apiVersion, namespace }: Selection, { plural, namespaced }: Resource): string {
  const root = apiRoot(apiVersion);
  if (!namespaced || namespace === undefined) return `${root}/${plural}`;
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

/** `deployments.apps`, as RBAC's refusals and kubectl name it. */
export function rbacName(apiVersion: string, { plural }: Resource): string {
  const group = groupOf(apiVersion);
  return group === '' ? plural : `${plural}.${group}`;
}

/** The rule of the API server itself for names in paths. */
function isSegment(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !/[/%]/.test(text);
}
