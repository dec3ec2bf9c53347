import type { WaiverReport, WaiverState } from './decision.ts';
import { DAY } from './instant.ts';
import { oneLine } from './sentence.ts';
import type { Policy, Waiver } from './schema.ts';
import { beginOf, endOf, lengthOf, timeText, type Standing } from './waiver.ts';

/** One waiver that is about one finding. */
export interface WaiverUse {
  waiver: Waiver;
  standing: Standing;
  /** Whether it keeps the finding from blocking, or would if nothing else did. */
  isTaken: boolean;
  fingerprint: string;
}

/**
 * What became of every waiver of the policy, in their order there. `isComplete`: every report of the policy is there, so that a waiver
 * that fits nothing is needed for nothing; otherwise it may be for a finding that is not there, and nothing is said of it.
 */
export function reportWaivers(
  policy: Policy,
  uses: readonly WaiverUse[],
  now: number,
  isComplete: boolean,
): WaiverReport {
  const report: WaiverReport = { used: [], expired: [], unused: [], tooLong: [], endingSoon: [] };
  const byWaiver = Map.groupBy(uses, ({ waiver }) => waiver);
  const { maxDays, endingSoonDays } = policy.waiverRules;
  const longest = Math.max(...Object.values(maxDays));
  for (const waiver of policy.waivers) {
    const own = byWaiver.get(waiver) ?? [];
    const say = (note: string, about = own): WaiverState => ({
      waiver,
      findings: [...new Set(about.map(({ fingerprint }) => fingerprint))].toSorted(),
      note: oneLine(`The waiver of ${waiver.owner} for ${waiver.id ?? waiver.fingerprint ?? ''} ${note}.`),
    });
    const end = timeText(endOf(waiver));
    if (now >= endOf(waiver)) {
      report.expired.push(say(`ended at ${end} and no longer counts: remove it, or renew it with a new reason`));
      continue;
    }
    const taken = own.filter(({ isTaken }) => isTaken);
    const tooLong = own.filter(({ standing }) => standing.state === 'tooLong');
    const days = lengthOf(waiver, now) / DAY;
    if (tooLong.length > 0 || days > longest) {
      const lasts = `lasts ${Math.ceil(days)} days, longer than waiverRules.maxDays allows`;
      const worth = taken.length > 0 ? 'it counts only where it may last so long' : 'it does not count';
      report.tooLong.push(say(`${lasts}: ${worth}; let it end sooner`, tooLong));
    }
    if (taken.length > 0) {
      report.used.push(
        say(`keeps ${taken.length === 1 ? '1 finding' : `${taken.length} findings`} from blocking`, taken),
      );
    } else if (tooLong.length === 0) {
      const begin = beginOf(waiver) ?? now;
      const why = own.length === 0 ? 'fits no finding' : 'keeps nothing from blocking';
      if (begin > now) report.unused.push(say(`begins at ${timeText(begin)} and does not count yet`));
      else if (isComplete) report.unused.push(say(`${why}: remove it`));
    }
    if (endOf(waiver) - now <= endingSoonDays * DAY) {
      report.endingSoon.push(say(`ends at ${end}: fix what it is about before then`));
    }
  }
  return report;
}
