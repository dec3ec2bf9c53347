import type { Finding, Severity } from '../finding.ts';
import { fingerprintOf } from '../fingerprint.ts';

/** An alert of a site, and where it was raised. */
export interface Alert {
  pluginId: string;
  /** The plugin's id with the number of the case, where it tells several apart; with the title, where no plugin raised it. */
  ref: string;
  title?: string;
  severity: Severity;
  /** Somebody marked it in ZAP as a false positive. */
  isRefuted: boolean;
  instances: Instance[];
}

/** Requests, answers and evidence may hold secrets: they are not kept. */
export interface Instance {
  address: string;
  method: string;
  param: string;
}

/** One for each address, method and parameter; an alert without instances still gives one, on its site. */
export function findingsOf({ pluginId, ref, title, severity, isRefuted, instances }: Alert, site: string): Finding[] {
  const places = instances.length > 0 ? instances : [{ address: site, method: '', param: '' }];
  return places.map(({ address, method, param }) => ({
    id: ref,
    rule: pluginId,
    category: 'web',
    severity,
    ...(title === undefined ? {} : { title }),
    ...(isRefuted ? { suppressed: { by: 'a person who marked it in ZAP as a false positive' } } : {}),
    location: { path: address },
    // One alert may come twice with different risks. The worse must not hide behind the other.
    fingerprint: fingerprintOf('zap', ref, severity, method, address, param),
  }));
}
