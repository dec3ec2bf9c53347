import { severities, worse, type Category, type Finding } from '../finding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { invalid } from '../invalid.ts';
import { advisoriesOf, categoryOf } from './category.ts';
import type { RuleReference } from './component.ts';
import type { Draft } from './draft.ts';
import type { Identified } from './identity.ts';
import { present } from '../json/field.ts';
import { pathOf, resolved, type Place } from './place.ts';
import type { Rule } from './rule.ts';
import { severityOfLevel, worstLevel, worstRating, type Level, type Rating } from './severity.ts';
import type { Json } from '../json/shape.ts';

/** What the rest of the run says that its results need. */
export interface Surroundings {
  tool: string;
  rulesOf: (reference: RuleReference) => Rule[];
  /** The level that an invocation gave to a rule. */
  overrides: readonly { id: string; level: Level }[];
  bases: Json;
  artifacts: readonly (Place | undefined)[];
}

/**
 * Makes findings of a result, with all that the run says about it: one for each file that it names, since what excuses it in one says
 * nothing of the others. Undefined when it is for a person to decide, and neither rated nor a secret. Throws `invalid` when it cannot be
 * told how bad it is.
 */
export function resolve(draft: Draft, run: Surroundings): Identified[] | undefined {
  const rules = run.rulesOf(draft.reference);
  const id = draft.reference.id ?? rules[0]?.id ?? 'unnamed';
  const category = categoryOf(run.tool, id, [...draft.tags, ...rules.flatMap(({ tags }) => tags)]);
  if (draft.isUnsure && category !== 'secret' && scoreOf(draft, rules) === undefined) return undefined;
  const rating = rate(draft, rules, run);
  const [name = id, ...names] = category === 'vulnerability' ? advisoriesOf(id) : [];
  const others = category === 'vulnerability' ? rules.flatMap(({ otherIds }) => otherIds) : [];
  const aliases = [...new Set([...names, ...others])].filter((other) => other !== name);
  const title = titleOf(draft, rules, category);
  const url = rules[0]?.url;
  const finding: Omit<Finding, 'fingerprint' | 'location'> = {
    id: name,
    rule: id,
    category,
    severity: rating.severity,
    ...(title === undefined ? {} : { title }),
    ...(aliases.length === 0 ? {} : { aliases }),
    ...(rating.score === undefined ? {} : { score: rating.score }),
    ...(url === undefined ? {} : { url }),
    ...(draft.suppressed === undefined ? {} : { suppressed: draft.suppressed }),
  };
  // The message of a leak may hold the secret, and so may what its tool tells it from others by: a short one can be guessed from its hash.
  const isSecret = category === 'secret';
  const byFile = new Map<string, Identified>();
  for (const place of draft.places) {
    const { base } = resolved(place, run.artifacts);
    const path = pathOf(place, run.bases, run.artifacts);
    // Two bases may each have a file of this name.
    const file = JSON.stringify([base, path]);
    if (byFile.has(file)) continue;
    const [line, startColumn, endLine, endColumn] = place.region;
    const location = { path, ...present({ line, commit: draft.commit }) };
    byFile.set(file, {
      finding: { ...finding, location },
      what: [run.tool, id, base, path],
      prints: isSecret ? undefined : draft.prints,
      place: [line, startColumn, endLine, endColumn, draft.commit, isSecret ? undefined : draft.messageHash],
      apart: isSecret ? fingerprintOf('sarif/apart', draft.prints, draft.messageHash) : undefined,
    });
  }
  return [...byFile.values()];
}

/** `security-severity`: the result's own before its rule's. */
function scoreOf(draft: Draft, rules: readonly Rule[]): Rating | undefined {
  return draft.rating ?? worstRating(rules.map((rule) => rule.rating));
}

/** `security-severity` first, the result's own before its rule's; then the level: of the result, of its rule, else `warning` (3.27.10). */
function rate(draft: Draft, rules: readonly Rule[], run: Surroundings): Rating {
  const rating = scoreOf(draft, rules);
  if (rating !== undefined && rating.severity !== 'unknown')
    return notBelowTags(isUnrated(rating, run.tool) ? { severity: 'unknown' } : rating, rules, run.tool);
  if (levelsAnyway(run.tool)) return { severity: 'unknown' };
  // One that names its rule by id alone may be of a tool that describes none.
  const isLost = rules.length === 0 && (draft.reference.id === undefined || draft.reference.index !== undefined);
  if (isLost && draft.level === undefined) throw invalid(`has ${draft.where} with neither a rule nor a level`);
  // What is left says little, so a field that the standard does not know may be the one that says it.
  const isGuess = draft.level === undefined || rules.length === 0;
  if (isGuess && (draft.hasUnknown || rules.some((rule) => rule.hasUnknown)))
    throw invalid(`has ${draft.where} with a field that SARIF 2.1.0 does not know, and without a severity`);
  const ofRules = rules.flatMap(({ id, level }) => [
    level,
    ...run.overrides.filter((one) => one.id === id).map((one) => one.level),
  ]);
  const level = draft.level ?? worstLevel(ofRules);
  if (level === undefined && rating !== undefined) return rating;
  return { severity: severityOfLevel(level ?? 'warning') };
}

/**
 * Trivy writes its own rating as a word among the tags of the rule. Its number is one of CVSS, which may say less, and which stands there
 * once for all packages that have the vulnerability.
 */
function notBelowTags(rating: Rating, rules: readonly Rule[], tool: string): Rating {
  if (!/^trivy$/i.test(tool)) return rating;
  const words = severities.filter((word) => word !== 'unknown' && rules.some(({ tags }) => tags.includes(word)));
  return { ...rating, severity: words.reduce(worse, rating.severity) };
}

/** These write a level also for what they do not rate: the first two `warning` for all. */
function levelsAnyway(tool: string): boolean {
  return /^(osv-scanner|dependency-check|docker scout)$/i.test(tool);
}

/** Trivy and Grype write 0.0 for what nobody has rated yet. */
function isUnrated({ score }: Rating, tool: string): boolean {
  return score === 0 && /^(trivy|grype)$/i.test(tool);
}

function titleOf({ message }: Draft, rules: readonly Rule[], category: Category): string | undefined {
  const mayQuote = category === 'secret' || category === 'code';
  return rules[0]?.title ?? (mayQuote ? undefined : message);
}
