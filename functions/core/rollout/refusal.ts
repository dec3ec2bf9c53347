import { oneLine, type Finding } from './look.ts';
import { grants, podSecurity, policy, webhook } from './refused-admission.ts';
import { limitRange, quota, size } from './refused-limit.ts';
import { account, immutable, kind, namespaceGone, port } from './refused-object.ts';
import type { Refused, RefusalRule, RefusedAt, RefusedText } from './refused.ts';

/** The first that fits counts: a webhook may say any words of the others, so webhooks come first. */
const rules: RefusalRule[] = [
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
