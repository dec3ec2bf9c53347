import { fail, type ErrorCode, type ReleaseError } from '../../core/errors.ts';
import { describeRef, type Ref } from '../../core/kubernetes.ts';
import { redactText } from '../../core/rollout/redaction.ts';
import { classifyRefusal, refusalCause } from '../../core/rollout/refusal.ts';
import { nearestField } from '../../core/rollout/spelling.ts';
import { unreachable, type Endpoint } from './faults.ts';

/** An answer that was not 2xx: the API server's Status object (or what came instead of one). */
export interface Refusal {
  code: number;
  reason: string;
  message: string;
  causes: { reason?: string; message?: string; field?: string }[];
}

/** What was asked for, in RBAC's words. */
export interface Asked {
  verb: 'get' | 'list' | 'watch' | 'patch' | 'delete';
  /** `deployments.apps`, `pods/log`, or a path such as `/version`. */
  resource: string;
  namespace?: string | undefined;
}

const LONGEST_MESSAGE = 1_000;

/** Reads a Status; undefined when the body is none, as from a proxy or a server that is only just starting. */
export function readStatus(code: number, body: string): Refusal | undefined {
  try {
    const status = JSON.parse(body) as Record<string, unknown> | null;
    if (status === null || status['kind'] !== 'Status') return undefined;
    const causes = (status['details'] as { causes?: Refusal['causes'] } | undefined)?.causes;
    return {
      code,
      reason: textOf(status['reason']),
      message: textOf(status['message']).slice(0, LONGEST_MESSAGE),
      causes: Array.isArray(causes) ? causes : [],
    };
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The error of a call that was refused, whatever the call was. */
export function refused(refusal: Refusal, asked: Asked, endpoint: Endpoint): ReleaseError {
  const { verb, resource, namespace } = asked;
  const { secret, address } = endpoint;
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  if (refusal.code === 401)
    return fail('KubeconfigRejected', `The API server at ${address} does not know the credential of the kubeconfig.`, {
      address,
      secret,
    });
  if (refusal.code === 403)
    return fail('KubeconfigRejected', `The credential of the kubeconfig may not ${verb} ${resource}${where}.`, {
      address,
      secret,
      verb,
      resource,
      namespace,
    });
  const said = refusal.message === '' ? '' : `: ${refusal.message}`;
  return unreachable(endpoint, `answered ${refusal.code} to ${verb} ${resource}${where}${said}`, String(refusal.code));
}

/**
 * The error of an apply or a delete that was refused. What concerns the object has a code of its own (quota, immutable field,
 * webhook, …), or is ApplyConflict or ApplyRejected.
 */
export function applyRefused(refusal: Refusal, ref: Ref, asked: Asked, endpoint: Endpoint): ReleaseError {
  const conflicts = refusal.causes.filter((cause) => cause.reason === 'FieldManagerConflict');
  if (refusal.code === 409 && conflicts.length > 0) return applyConflict(ref, conflicts);
  const object = kubectlName(ref);
  const said = { message: refusal.message, status: refusal.code, causes: refusal.causes };
  const isOfObject = concernsObject(refusal);
  const known =
    refusal.code === 401 ? undefined : classifyRefusal(said, { namespace: ref.namespace, object, kind: ref.kind });
  if (known === undefined && !isOfObject) return refused(refusal, asked, endpoint);
  const code = known?.code ?? 'ApplyRejected';
  const fields = fieldsOf(refusal);
  const isSecret = ref.kind === 'Secret' && !tellsNoValues.has(code);
  const message = isSecret ? withoutValues(refusal) : redactText(refusalCause(refusal.message));
  const near = isSecret ? '' : spellings(refusal.message, fields);
  const sentence = `The API server refused ${describeRef(ref)}: ${message.replace(/\.$/, '')}${near}.`;
  // The hints' facts come from the class of the refusal.
  return fail(code, sentence, { ...known?.details, object, reason: refusal.reason, fields });
}

/** Their texts tell counts and names, never a value of the object. */
const tellsNoValues: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'QuotaExceeded',
  'NamespaceNotFound',
  'NamespaceTerminating',
  'ObjectTooLarge',
  'AdmissionUnavailable',
  'KindUnknown',
]);

/** What an unknown field may have been meant to be; the API server does not say. */
function spellings(message: string, fields: readonly string[]): string {
  if (!/unknown field|field not declared in schema/.test(message)) return '';
  const near = fields.flatMap((field) => {
    const known = nearestField(field);
    return known === undefined ? [] : [known];
  });
  return near.length === 0 ? '' : `; did you mean ${[...new Set(near)].join(', ')}?`;
}

/** The object is not as the cluster's schema or rules want it, before it was sent. */
export function applyImpossible(ref: Ref, why: string): ReleaseError {
  return fail('ApplyRejected', `${describeRef(ref)} ${why}.`, { object: kubectlName(ref) });
}

/** The cluster does not have the kind at all. */
export function kindUnknown(ref: Ref): ReleaseError {
  return fail(
    'KindUnknown',
    `${describeRef(ref)} is of a kind that the cluster does not know (${ref.apiVersion}); apply its CRD first.`,
    { object: kubectlName(ref), kind: `${ref.kind} (${ref.apiVersion})` },
  );
}

/** Server-side apply answers 500 where other writes answer 400: the object does not fit the schema. No use to ask again. */
export function isSchemaError(text: string): boolean {
  return text.includes('failed to create typed patch object');
}

/** RBAC's refusals name the user; those of admission (quota, pod security, a namespace that ends) do not. */
function concernsObject({ code, message }: Refusal): boolean {
  if (code === 403) return !/ cannot \w+ resource /.test(message);
  if (code === 500) return isSchemaError(message) || message.includes('failed calling webhook');
  return code >= 400 && code < 500 && code !== 401 && code !== 429;
}

function applyConflict(ref: Ref, causes: Refusal['causes']): ReleaseError {
  const owned = causes.map(({ field, message }) => ({
    field: field ?? '',
    manager: /^conflict with "((?:[^"\\]|\\.)*)"/.exec(message ?? '')?.[1] ?? 'another manager',
  }));
  const managers = [...new Set(owned.map(({ manager }) => manager))];
  const list = managers.map((manager) => {
    const fields = owned.filter((each) => each.manager === manager).map(({ field }) => field);
    return `${manager} owns ${fields.join(', ')}`;
  });
  return fail('ApplyConflict', `Hawser cannot apply ${describeRef(ref)}: ${list.join('; ')}.`, {
    object: kubectlName(ref),
    managers: owned.map(({ manager }) => manager),
    fields: owned.map(({ field }) => field),
  });
}

function fieldsOf({ causes, message }: Refusal): string[] {
  const named = causes.flatMap(({ field }) => (field === undefined || field === '' ? [] : [field]));
  const decoded = [...message.matchAll(/(?:unknown|duplicate) field "([^"]+)"/g)].flatMap(([, field]) => field ?? []);
  const typed = [...message.matchAll(/(?:^|\s)(\.[^\s:]+): (?:field not declared|expected|duplicate entries)/g)];
  return [...new Set([...named, ...decoded, ...typed.flatMap(([, field]) => field ?? [])])];
}

/** Refusals repeat the values that they refuse. */
function withoutValues(refusal: Refusal): string {
  const fields = fieldsOf(refusal);
  const about = fields.length === 0 ? '' : ` of ${fields.join(', ')}`;
  return `${refusal.reason || 'refused'}${about} (values of Secrets are not shown).`;
}

function kubectlName({ kind, namespace, name }: Ref): string {
  return `${kind.toLowerCase()}/${name}${namespace === undefined ? '' : ` -n ${namespace}`}`;
}
