import { refOf, type Manifest, type Ref } from '../../core/kubernetes.ts';
import type { PatchOperation } from '../../core/render/patch.ts';
import { accept, isSuccess, json, notApiServer } from './answer.ts';
import { objectPath, rbacName, type Resources } from './resources.ts';
import { applyImpossible, applyRefused, kindUnknown, readStatus, type Asked } from './status.ts';
import type { Answer, Transport } from './transport.ts';

export async function getObject(
  transport: Transport,
  resources: Resources,
  ref: Ref,
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  const resource = await resources.find(ref, signal);
  if (resource === undefined) return undefined;
  const asked: Asked = { verb: 'get', resource: rbacName(ref.apiVersion, resource), namespace: ref.namespace };
  const answer = await transport.call({ method: 'GET', path: objectPath(ref, resource) }, signal);
  if (answer.status === 404) return undefined;
  accept(answer, asked, transport.endpoint);
  return json(answer, asked, transport.endpoint) as Manifest;
}

export interface Apply {
  object: Manifest;
  dryRun: boolean;
  force: boolean;
  fieldManager: string;
}

/** Server-side apply. Fields that the cluster's schema does not have are refused, not dropped. */
export async function applyObject(
  transport: Transport,
  resources: Resources,
  { object, dryRun, force, fieldManager }: Apply,
  signal: AbortSignal,
): Promise<Manifest> {
  const ref = refOf(object);
  const resource = await resources.find(ref, signal);
  if (resource === undefined) throw kindUnknown(ref);
  const asked: Asked = { verb: 'patch', resource: rbacName(ref.apiVersion, resource), namespace: ref.namespace };
  const answer = await transport.call(
    {
      method: 'PATCH',
      path: objectPath(ref, resource),
      query: { fieldManager, force: String(force), fieldValidation: 'Strict', dryRun: dryRun ? 'All' : undefined },
      // JSON is YAML, and this is the type that every version of the API server takes for server-side apply.
      contentType: 'application/apply-patch+yaml',
      body: object,
    },
    signal,
  );
  if (isSuccess(answer)) {
    if (!dryRun) resources.expect(object);
    return json(answer, asked, transport.endpoint) as Manifest;
  }
  throw writeRefused(answer, ref, asked, transport);
}

/**
 * JSON patch. One that sets the resourceVersion is refused with 409 once the object has changed, so it is safe to repeat: after
 * an answer that got lost, the second attempt finds its own change and changes nothing.
 */
export async function patchObject(
  transport: Transport,
  resources: Resources,
  { ref, operations, fieldManager }: { ref: Ref; operations: readonly PatchOperation[]; fieldManager: string },
  signal: AbortSignal,
): Promise<Manifest | undefined> {
  const resource = await resources.find(ref, signal);
  if (resource === undefined) return undefined;
  const asked: Asked = { verb: 'patch', resource: rbacName(ref.apiVersion, resource), namespace: ref.namespace };
  const answer = await transport.call(
    {
      method: 'PATCH',
      path: objectPath(ref, resource),
      query: { fieldManager, fieldValidation: 'Strict' },
      contentType: 'application/json-patch+json',
      body: operations,
      once: !operations.some(({ op, path }) => op === 'replace' && path === '/metadata/resourceVersion'),
    },
    signal,
  );
  if (isSuccess(answer)) return json(answer, asked, transport.endpoint) as Manifest;
  if (answer.status === 404 || answer.status === 409) return undefined;
  throw writeRefused(answer, ref, asked, transport);
}

function writeRefused(answer: Answer, ref: Ref, asked: Asked, { endpoint }: Transport): Error {
  const refusal = readStatus(answer.status, answer.text);
  return refusal === undefined ? notApiServer(answer, asked, endpoint) : applyRefused(refusal, ref, asked, endpoint);
}

export async function removeObject(
  transport: Transport,
  resources: Resources,
  ref: Ref & { uid?: string },
  signal: AbortSignal,
): Promise<void> {
  const resource = await resources.find(ref, signal);
  if (resource === undefined) return;
  const preconditions = ref.uid === undefined ? {} : { preconditions: { uid: ref.uid } };
  const answer = await transport.call(
    {
      method: 'DELETE',
      path: objectPath(ref, resource),
      contentType: 'application/json',
      body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', ...preconditions },
    },
    signal,
  );
  if (answer.status === 404) return;
  if (answer.status === 409 && ref.uid !== undefined)
    throw applyImpossible(ref, 'was not removed: another object has that name by now');
  accept(
    answer,
    { verb: 'delete', resource: rbacName(ref.apiVersion, resource), namespace: ref.namespace },
    transport.endpoint,
  );
}
