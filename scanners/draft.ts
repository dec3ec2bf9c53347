import type { Finding } from './finding.ts';
import { fingerprintOf } from './fingerprint.ts';

/** A finding before it is known where it is: what tells that may come last in a report. */
export interface Draft {
  finding: Omit<Finding, 'location' | 'fingerprint'>;
  /** Where it is inside its target, when the report says more than the target. */
  path?: string;
  line?: number;
  /** What tells it from others of its target. */
  identity: (string | undefined)[];
}

/** Where drafts are. */
export interface Place {
  /** As it is shown. */
  path: string;
  /** The same for the same target in every run. */
  steady: string;
  /** The object of the cluster. */
  resource: string | undefined;
}

/** Makes findings of drafts, which are not to be used after that. What looks the same twice in one report is numbered, so that none hides another one. */
export function finisher(tool: string): (draft: Draft, place: Place) => Finding {
  const seen = new Map<string, number>();
  return ({ finding, path, line, identity }, place) => {
    const alike = fingerprintOf(tool, finding.category, place.resource, place.steady, path, ...identity);
    const before = seen.get(alike) ?? 0;
    seen.set(alike, before + 1);
    const inside = path ?? place.path;
    const shown = place.resource === undefined ? inside : `${place.resource}: ${inside}`;
    // A secret has no name but where it is.
    if (finding.category === 'secret') finding.id = [shown, finding.rule, line ?? 0].join(':');
    // Not copied: of many findings that would be as much memory again.
    return Object.assign(finding, {
      location: { path: shown, ...(line === undefined ? {} : { line }) },
      fingerprint: before === 0 ? alike : fingerprintOf(tool, alike, before),
    });
  };
}
