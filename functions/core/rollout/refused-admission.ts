import { podSecuritySettings } from './pod-security.ts';
import type { Refused, RefusedAt, RefusedText } from './refused.ts';

export function webhook(message: string): Omit<Refused, 'cause'> | undefined {
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

export function policy(message: string): Omit<Refused, 'cause'> | undefined {
  const name = /ValidatingAdmissionPolicy '([^']+)'.*denied request/s.exec(message)?.[1];
  if (name === undefined) return undefined;
  return { code: 'AdmissionDenied', isTransient: false, details: { policy: `ValidatingAdmissionPolicy ${name}` } };
}

export function grants(message: string, _: RefusedText, { object }: RefusedAt): Omit<Refused, 'cause'> | undefined {
  if (!/attempting to grant RBAC permissions not currently held/.test(message)) return undefined;
  return { code: 'PrivilegesNotHeld', isTransient: false, details: { object } };
}

export function podSecurity(
  message: string,
  _: RefusedText,
  { namespace = 'default' }: RefusedAt,
): Omit<Refused, 'cause'> | undefined {
  if (!/violates PodSecurity/.test(message)) return undefined;
  const settings = podSecuritySettings(message).join('; ') || 'what the sentence names';
  return { code: 'PodSecurityViolated', isTransient: false, details: { settings, namespace } };
}
