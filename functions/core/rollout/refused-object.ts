import type { Refused, RefusedAt, RefusedText } from './refused.ts';

export function account(
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

export function namespaceGone(message: string, said: RefusedText, at: RefusedAt): Omit<Refused, 'cause'> | undefined {
  const ending = /in namespace (\S+) because it is being terminated/.exec(message)?.[1];
  if (ending !== undefined || said.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true) {
    return { code: 'NamespaceTerminating', isTransient: true, details: { namespace: ending ?? at.namespace } };
  }
  const missing = /namespaces? "([^"]+)" not found/i.exec(message)?.[1];
  if (missing === undefined) return undefined;
  return { code: 'NamespaceNotFound', isTransient: false, details: { namespace: missing } };
}

export function kind(message: string, { status }: RefusedText, at: RefusedAt): Omit<Refused, 'cause'> | undefined {
  const named = /no matches for kind "([^"]+)"(?: in version "([^"]+)")?/.exec(message);
  const isUnknown = named !== null || (status === 404 && /could not find the requested resource/.test(message));
  if (!isUnknown) return undefined;
  const name =
    named === null ? (at.kind ?? at.object) : `${named[1] ?? ''}${named[2] === undefined ? '' : ` (${named[2]})`}`;
  return { code: 'KindUnknown', isTransient: false, details: { kind: name } };
}

export function port(message: string): Omit<Refused, 'cause'> | undefined {
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

export function immutable(
  message: string,
  said: RefusedText,
  { object }: RefusedAt,
): Omit<Refused, 'cause'> | undefined {
  if (!immutableText.test(message)) return undefined;
  const cause = said.causes?.find((one) => immutableText.test(one.message ?? ''))?.field;
  // The path before the last `: Invalid value` or `: Forbidden` that comes before the words.
  const before = message.slice(0, immutableText.exec(message)?.index ?? 0);
  const told = [...before.matchAll(/([\w.[\]"=-]+): (?:Invalid value|Forbidden)/g)].at(-1)?.[1];
  return { code: 'FieldImmutable', isTransient: false, details: { field: cause ?? told ?? 'the field', object } };
}
