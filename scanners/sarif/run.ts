import { invalid } from '../invalid.ts';
import { ruleFinder, type Component } from './component.ts';
import { readDraft, type Draft } from './draft.ts';
import { fieldNames } from '../json/field.ts';
import type { Identified } from './identity.ts';
import { invocationsShape, type Invocations } from './invocation.ts';
import { artifactPlace, type Place } from './place.ts';
import { resolve } from './result.ts';
import { listOf, skippedAll, taken, walked, type Json, type Shape } from '../json/shape.ts';
import { toolShape } from './tool.ts';

/** What a run says when it has ended. */
export interface Run {
  tool: string;
  version?: string;
  rules: number;
  /** Undefined: it has no list of files. */
  files?: number;
  /** Results that a person has to look at, and that nothing rates. */
  unsure: number;
  /** Notifications of the tool. */
  warnings: number;
  endedAt?: string;
  results: Identified[];
}

const partsOfRun = fieldNames(
  'conversion versionControlProvenance logicalLocations graphs automationDetails runAggregates',
  'redactionTokens newlineSequences threadFlowLocations taxonomies addresses translations policies',
  'webRequests webResponses specialLocations properties',
);
/** What decides may stand in files of its own. They are not here. */
const external = ['conversion', 'driver', 'extensions', 'invocations', 'policies', 'results'];

/** One of the `runs`, in whatever order its members come. Gives it to `ended` when all of it is read. */
export function runShape(ended: (run: Run) => void): Shape {
  let run = empty();
  const fields: Record<string, Shape> = {
    ...skippedAll(partsOfRun),
    tool: toolShape(
      (driver) => (run.driver = driver),
      (extension) => run.extensions.push(extension),
    ),
    results: listOf(
      taken((value, where) => {
        const draft = readDraft(value, where);
        if (draft !== undefined) run.drafts.push(draft);
      }),
      { entered: () => (run.hasResults = true) },
    ),
    artifacts: {
      ...listOf(
        taken((value) => run.artifacts.push(artifactPlace(value))),
        { entered: () => (run.hasArtifacts = true) },
      ),
      isNullable: true,
    },
    originalUriBaseIds: taken((value) => (run.bases = value)),
    invocations: invocationsShape(() => run.invocations),
    externalPropertyFileReferences: taken((value) => {
      if (external.some((key) => Object.hasOwn(value, key)))
        throw invalid('keeps what decides in other files (externalPropertyFileReferences)');
    }),
  };
  return walked(fields, {
    entered: () => {
      run = empty();
    },
    left: () => ended(close(run)),
  });
}

interface OpenRun {
  driver?: Component;
  extensions: Component[];
  drafts: Draft[];
  artifacts: (Place | undefined)[];
  bases: Json;
  invocations: Invocations;
  hasResults: boolean;
  hasArtifacts: boolean;
}

function empty(): OpenRun {
  const invocations: Invocations = { warnings: 0, overrides: [] };
  return {
    extensions: [],
    drafts: [],
    artifacts: [],
    bases: {},
    invocations,
    hasResults: false,
    hasArtifacts: false,
  };
}

/** By the standard (3.14.23) a run without `results` is one that looked at nothing, or did not get that far; a clean one has []. */
function close(run: OpenRun): Run {
  const { driver, extensions, invocations } = run;
  if (driver?.name === undefined) throw invalid('has a run that does not name its tool (tool.driver.name)');
  if (!run.hasResults)
    throw invalid('has a run without results: that is one that did not scan; a clean one has an empty list');
  const surroundings = {
    tool: driver.name,
    rulesOf: ruleFinder(driver, extensions),
    overrides: invocations.overrides,
    bases: run.bases,
    artifacts: run.artifacts,
  };
  const resolved = run.drafts.map((draft) => resolve(draft, surroundings));
  return {
    tool: driver.name,
    ...(driver.version === undefined ? {} : { version: driver.version }),
    rules: [driver, ...extensions].reduce((sum, { rules }) => sum + rules.length, 0),
    ...(run.hasArtifacts ? { files: run.artifacts.length } : {}),
    unsure: resolved.filter((one) => one === undefined).length,
    warnings: invocations.warnings,
    ...(invocations.endedAt === undefined ? {} : { endedAt: invocations.endedAt }),
    results: resolved.flatMap((one) => one ?? []),
  };
}
