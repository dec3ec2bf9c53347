import type { Details, ErrorCode } from '../errors.ts';
import { oneLine, type Finding } from './look.ts';
import { podSecuritySettings } from './pod-security.ts';

/** What the API server said when it refused: a Status, or the text of a controller's FailedCreate event (no status then). */
export interface RefusedText {
  message: string;
  /** HTTP status, 0 when it is not known. */
  status?: number;
  causes?: readonly { reason?: string; message?: string; field?: string }[];
}

/** Where it was asked: fills commands of the hints. */
export interface RefusedAt {
  namespace?: string | undefined;
  /** For kubectl: `deployment/web -n shop`. */
  object: string;
  kind?: string;
}

export interface Refused {
  code: ErrorCode;
  /** For a sentence, in the cluster's words, without what only names the object again. */
  cause: string;
  details: Details;
  /** It may pass without a change of the manifest. */
  isTransient: boolean;
}

type Rule = (message: string, said: RefusedText, at: RefusedAt) => Omit<Refused, 'cause'> | undefined;

/** The first that fits counts: a webhook may say any words of the others, so webhooks come first. */
const rules: Rule[] = [
  webhook,
  policy,
  grants,
  podSecurity,
  quota,
  limitRange,
  account,
  namespaceGone,
  size,
  kind,
  port,
  immutable,
];

/** The class of a refusal; undefined when it has none of its own: ApplyRejected or PodsNotCreated then. Never throws. */
export function classifyRefusal(said: RefusedText, at: RefusedAt): Refused | undefined {
  for (const rule of rules) {
    const found = rule(said.message, said, at);
    if (found !== undefined) return { ...found, cause: refusalCause(said.message) };
  }
  return undefined;
}

/** The pods of a controller are refused, so that there is none to look at. `text` is its condition's or event's message. */
export function podsRefused(text: string, at: RefusedAt): Finding {
  const refused = classifyRefusal({ message: text }, at);
  const isKnown = refused !== undefined || /is forbidden|is invalid|denied the request|not found/i.test(text);
  return {
    code: refused?.code ?? 'PodsNotCreated',
    what: `its pods are not created: ${refusalCause(text) || 'the API server gives no reason'}`,
    details: { reason: oneLine(text), ...refused?.details },
    isFinal: isKnown && refused?.isTransient !== true,
  };
}

/** The message without the words that repeat the object: `pods "x" is forbidden: `, `Deployment.apps "web" is invalid: `. */
export function refusalCause(message: string): string {
  const bare = message
    .trim()
    .replace(/^Error creating: /, '')
    .replace(/^(?:create|update|delete) (?:Pod|Claim) .*? failed error: /, '')
    .replace(/^Internal error occurred: /, '')
    .replace(/^[\w.-]+ "[^"]*" is (?:forbidden|invalid): /, '');
  return oneLine(bare, 600);
}

function webhook(message: string): Omit<Refused, 'cause'> | undefined {
  const denied = /admission webhook "([^"]+)" denied the request/.exec(message);
  if (denied !== null) {
    return { code: 'AdmissionDenied', isTransient: false, details: { policy: `webhook ${denied[1] ?? ''}` } };
  }
  const down = /failed calling webhook "([^"]+)"/.exec(message);
  if (down === null) return undefined;
  const service = /https:\/\/[^./:"]+\.([^./:"]+)\.svc/.exec(message)?.[1] ?? 'NAMESPACE';
  return {
    code: 'AdmissionUnavailable',
    isTransient: true,
    details: { policy: `webhook ${down[1] ?? ''}`, webhookNamespace: service },
  };
}

function policy(message: string): Omit<Refused, 'cause'> | undefined {
  const name = /ValidatingAdmissionPolicy '([^']+)'.*denied request/s.exec(message)?.[1];
  if (name === undefined) return undefined;
  return { code: 'AdmissionDenied', isTransient: false, details: { policy: `ValidatingAdmissionPolicy ${name}` } };
}

function grants(message: string, _: RefusedText, { object }: RefusedAt): Omit<Refused, 'cause'> | undefined {
  if (!/attempting to grant RBAC permissions not currently held/.test(message)) return undefined;
  return { code: 'PrivilegesNotHeld', isTransient: false, details: { object } };
}

function podSecurity(
  message: string,
  _: RefusedText,
  { namespace = 'default' }: RefusedAt,
): Omit<Refused, 'cause'> | undefined {
  if (!/violates PodSecurity/.test(message)) return undefined;
  const settings = podSecuritySettings(message).join('; ') || 'what the sentence names';
  return { code: 'PodSecurityViolated', isTransient: false, details: { settings, namespace } };
}

function quota(
  message: string,
  _: RefusedText,
  { namespace = 'default' }: RefusedAt,
): Omit<Refused, 'cause'> | undefined {
  const over = /exceeded quota: ([^\s,]+)(?:, requested: (.*?), used: (.*?), limited: ([^\s]*[^\s.]))?/s.exec(message);
  if (over !== null) {
    const [, name = '', requested, used, limited] = over;
    const now = limited === undefined ? '' : ` (now ${limited})`;
    const fix = `Ask for less, remove what is not used, or raise the quota${now}: kubectl -n ${namespace} edit resourcequota ${name}`;
    return { code: 'QuotaExceeded', isTransient: false, details: { quota: name, requested, used, limited, fix } };
  }
  const lacking = /failed quota: ([^\s:,]+): must specify ([^\n]+)/.exec(message);
  if (lacking === null) return undefined;
  const fix = `Quota ${lacking[1] ?? ''} wants every container to say it; set in resources: ${oneLine(lacking[2] ?? '')}`;
  return { code: 'QuotaExceeded', isTransient: false, details: { quota: lacking[1] ?? '', fix } };
}

function limitRange(
  message: string,
  _: RefusedText,
  { namespace = 'default' }: RefusedAt,
): Omit<Refused, 'cause'> | undefined {
  const isBound =
    /(maximum|minimum) \S+ usage per (Container|Pod|PersistentVolumeClaim)|max limit to request ratio per/.test(
      message,
    );
  return isBound ? { code: 'LimitRangeViolated', isTransient: false, details: { namespace } } : undefined;
}

function account(
  message: string,
  _: RefusedText,
  { namespace = 'default' }: RefusedAt,
): Omit<Refused, 'cause'> | undefined {
  const name =
    /error looking up service account [^/\s]+\/(\S+?): serviceaccounts? "[^"]*" not found/i.exec(message)?.[1] ??
    /serviceaccounts? "([^"]+)" not found/i.exec(message)?.[1];
  return name === undefined
    ? undefined
    : { code: 'ServiceAccountMissing', isTransient: false, details: { account: name, namespace } };
}

function namespaceGone(message: string, said: RefusedText, at: RefusedAt): Omit<Refused, 'cause'> | undefined {
  const ending = /in namespace (\S+) because it is being terminated/.exec(message)?.[1];
  if (ending !== undefined || said.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true) {
    return { code: 'NamespaceTerminating', isTransient: true, details: { namespace: ending ?? at.namespace } };
  }
  const missing = /namespaces? "([^"]+)" not found/i.exec(message)?.[1];
  if (missing === undefined) return undefined;
  return { code: 'NamespaceNotFound', isTransient: false, details: { namespace: missing } };
}

function size(message: string, { status }: RefusedText): Omit<Refused, 'cause'> | undefined {
  const isLarge =
    status === 413 ||
    /request entity too large|request is too large|message larger than max|Too long: (?:may not be more than|must have at most) \d{6,}/i.test(
      message,
    );
  return isLarge ? { code: 'ObjectTooLarge', isTransient: false, details: {} } : undefined;
}

function kind(message: string, { status }: RefusedText, at: RefusedAt): Omit<Refused, 'cause'> | undefined {
  const named = /no matches for kind "([^"]+)"(?: in version "([^"]+)")?/.exec(message);
  const isUnknown = named !== null || (status === 404 && /could not find the requested resource/.test(message));
  if (!isUnknown) return undefined;
  const name =
    named === null ? (at.kind ?? at.object) : `${named[1] ?? ''}${named[2] === undefined ? '' : ` (${named[2]})`}`;
  return { code: 'KindUnknown', isTransient: false, details: { kind: name } };
}

function port(message: string): Omit<Refused, 'cause'> | undefined {
  const node = /nodePort: Invalid value: (\d+): provided port is already allocated/.exec(message);
  if (node !== null) {
    const number = Number(node[1]);
    const fix = `Choose another nodePort, or leave it out so that a free one is given. Who has it: kubectl get services -A | grep ${number}`;
    return { code: 'PortTaken', isTransient: false, details: { port: number, fix } };
  }
  if (/provided port is already allocated/.test(message)) {
    const fix = 'Choose another nodePort, or leave it out. Who has which: kubectl get services -A';
    return { code: 'PortTaken', isTransient: false, details: { fix } };
  }
  const ip = /(?:failed to allocate IP ([\da-f.:]+): )?provided IP is already allocated/.exec(message);
  if (ip === null) return undefined;
  const fix = `Leave clusterIP out of the Service so that a free one is given. Who has it: kubectl get services -A | grep ${ip[1] ?? 'IP'}`;
  return { code: 'PortTaken', isTransient: false, details: { fix } };
}

/** Only these texts mean it: other 422s are plain mistakes. */
const immutableText =
  /field is immutable|is immutable after creation|immutable when `immutable` is set|updates to .* are forbidden|may not change fields other than|cannot change roleRef|clusterIP can not be unset|can(?:not| not) be less than (?:previous value|status\.capacity)|may not be (?:changed|unset) once set|may not change once set|is immutable\b/;

function immutable(message: string, said: RefusedText, { object }: RefusedAt): Omit<Refused, 'cause'> | undefined {
  if (!immutableText.test(message)) return undefined;
  const cause = said.causes?.find((one) => immutableText.test(one.message ?? ''))?.field;
  // The path before the last `: Invalid value` or `: Forbidden` that comes before the words.
  const before = message.slice(0, immutableText.exec(message)?.index ?? 0);
  const told = [...before.matchAll(/([\w.[\]"=-]+): (?:Invalid value|Forbidden)/g)].at(-1)?.[1];
  return { code: 'FieldImmutable', isTransient: false, details: { field: cause ?? told ?? 'the field', object } };
}
