import { oneLine } from './look.ts';
import type { Refused, RefusedAt, RefusedText } from './refused.ts';

export function quota(
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
  // Its controller has yet to count what there is.
  const uncounted = /status unknown for quota: ([^\s,]+)/.exec(message);
  if (uncounted !== null) {
    const [, name = ''] = uncounted;
    const fix = `See whether it has a status: kubectl -n ${namespace} describe resourcequota ${name}`;
    return { code: 'QuotaExceeded', isTransient: false, details: { quota: name, fix } };
  }
  const lacking = /failed quota: ([^\s:,]+): must specify ([^\n]+)/.exec(message);
  if (lacking === null) return undefined;
  const fix = `Quota ${lacking[1] ?? ''} wants every container to say it; set in resources: ${oneLine(lacking[2] ?? '')}`;
  return { code: 'QuotaExceeded', isTransient: false, details: { quota: lacking[1] ?? '', fix } };
}

export function limitRange(
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

export function size(message: string, { status }: RefusedText): Omit<Refused, 'cause'> | undefined {
  const isLarge =
    status === 413 ||
    /request entity too large|request is too large|message larger than max|Too long: (?:may not be more than|must have at most) \d{6,}/i.test(
      message,
    );
  return isLarge ? { code: 'ObjectTooLarge', isTransient: false, details: {} } : undefined;
}
