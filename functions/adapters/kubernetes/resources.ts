import { setTimeout as sleep } from 'node:timers/promises';
import { groupOf, type Manifest, type Ref } from '../../core/kubernetes.ts';
import { isDefinition } from '../../core/phases/custom-kinds.ts';
import { textAt } from '../../core/rollout/field.ts';
import type { Selection } from '../../core/ports.ts';
import { accept, json } from './answer.ts';
import { apiRoot, builtIn, discovered, type Resource } from './kinds.ts';
import { applyImpossible, type Asked } from './status.ts';
import type { Transport } from './transport.ts';

type Kind = Pick<Ref, 'apiVersion' | 'kind'>;

/** Looks for a kind whose CRD was just applied: about 16 s, though discovery mostly follows within one. */
const LOOKS = 8;

export interface Resources {
  /** Where the objects of a kind live; undefined when the cluster does not know the kind (yet). */
  find(kind: Kind, signal: AbortSignal): Promise<Resource | undefined>;
  /** Told of each object that was applied: the kind of a CRD is looked for again and again, as discovery lags behind. */
  expect(applied: Manifest): void;
}

/** Built-in kinds from the table, others by discovery: one request per group and version, kept while it has the kind. */
export function openResources(transport: Transport): Resources {
  const lists = new Map<string, unknown>();
  const pending = new Map<string, Promise<unknown>>();
  const expected = new Set<string>();

  async function ask(apiVersion: string, signal: AbortSignal): Promise<unknown> {
    const path = apiRoot(apiVersion);
    const asked: Asked = { verb: 'get', resource: path };
    const answer = await transport.call({ method: 'GET', path }, signal);
    if (answer.status === 404) return undefined;
    accept(answer, asked, transport.endpoint);
    return json(answer, asked, transport.endpoint);
  }

  async function look({ apiVersion, kind }: Kind, signal: AbortSignal): Promise<Resource | undefined> {
    const known = builtIn(apiVersion, kind) ?? discovered(lists.get(apiVersion), kind);
    if (known !== undefined) return known;
    // Objects of one kind are asked about at the same time; one request tells for all.
    const asking = pending.get(apiVersion) ?? ask(apiVersion, signal).finally(() => pending.delete(apiVersion));
    pending.set(apiVersion, asking);
    const list = await asking;
    lists.set(apiVersion, list);
    return discovered(list, kind);
  }

  return {
    async find(kind, signal) {
      const { backoffMs, longestWaitMs } = transport.limits;
      for (let looks = 1; ; looks++) {
        const found = await look(kind, signal);
        if (found !== undefined || looks === LOOKS || !expected.has(`${groupOf(kind.apiVersion)}/${kind.kind}`))
          return found;
        await sleep(Math.min(backoffMs * 2 ** (looks - 1), longestWaitMs), undefined, { signal }).catch(
          () => undefined,
        );
        signal.throwIfAborted();
      }
    },
    expect(applied) {
      if (!isDefinition(applied)) return;
      expected.add(`${textAt(applied, 'spec', 'group')}/${textAt(applied, 'spec', 'names', 'kind')}`);
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
