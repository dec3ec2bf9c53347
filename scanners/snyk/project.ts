import {
  kept,
  listOf,
  mapOf,
  refused,
  skipped,
  skippedAll,
  taken,
  textual,
  walked,
  type Hooks,
  type Json,
  type Shape,
} from '../json/shape.ts';
import { requiredOf } from '../json/field.ts';
import { openBinaries } from './binaries.ts';
import { addDraft, type Draft } from './draft.ts';
import { readInfrastructureIssue } from './infrastructure.ts';
import { closeProject, fieldsOfProject, openParts } from './project-close.ts';
import type { Tally } from './tally.ts';
import { readPatched, readVulnerability } from './vulnerability.ts';

/** What a project is read by; `isSeen`: it has any list or object that one has. */
interface Project extends Required<Hooks> {
  fields: Readonly<Record<string, Shape>>;
  isSeen(): boolean;
}

/** One project of `snyk test`, one image of `snyk container test`, or one file of `snyk iac test`. Is added to the tally when it ends. */
export function projectShape(tally: Tally): Shape {
  const { fields, ...hooks } = projectFields(tally);
  return walked(fields, hooks);
}

/** The fields of a project. `ofImage`: it is an application of one, and how many findings it holds, suppressed or not, goes there. */
export function projectFields(tally: Tally, ofImage?: (entries: number) => void): Project {
  const isPart = ofImage !== undefined;
  let parts = openParts(isPart);
  let binaries = openBinaries();

  function add(draft: Draft): void {
    parts.entries += 1;
    parts.ids.add(draft.finding.id);
    if (draft.finding.suppressed !== undefined) parts.hidden += 1;
    addDraft(parts.drafts, draft);
  }

  const see = (name: string) => (): void => void parts.seen.add(name);
  // `errors` and `jsonapi` are of an error of the API, written as it came.
  const error: Shape = {
    object: { step: 'skip', entered: see('error') },
    array: { step: 'skip', entered: see('error') },
    scalar: see('error'),
  };
  const unmanaged = refused('is a report of snyk test --unmanaged, which this version cannot read');
  const { fields: application, ...hooksOfApplication } = isPart
    ? { fields: {} }
    : projectFields(tally, (entries) => (parts.inner += entries));

  const fields: Record<string, Shape> = {
    ...kept(...fieldsOfProject),
    ...skippedAll(['licensesPolicy', 'ignoreSettings', 'remediation', 'meta']),
    error,
    errors: error,
    jsonapi: error,
    issues: unmanaged,
    issuesData: unmanaged,
    vulnerabilities: listOf(
      taken((entry, where) => {
        if (isRerated(entry)) tally.rerated += 1;
        const draft = readVulnerability(entry, where);
        parts.listed.set(draft.finding.id, (parts.listed.get(draft.finding.id) ?? 0) + 1);
        add(draft);
      }),
      { entered: see('vulnerabilities') },
    ),
    infrastructureAsCodeIssues: listOf(
      taken((issue, where) => add(readInfrastructureIssue(issue, where))),
      { entered: see('infrastructureAsCodeIssues') },
    ),
    // Checks that passed, which the newer engine lists: the file was looked at.
    infrastructureAsCodeSuccesses: listOf(
      taken((check, where) => void requiredOf(check, 'id', where)),
      { entered: see('infrastructureAsCodeSuccesses') },
    ),
    // Versions in Go write null where nothing was ignored.
    filtered: walked(
      {
        ignore: {
          ...listOf(taken((entry, where) => add(readVulnerability(entry, where, 'ignore')))),
          isNullable: true,
        },
        patch: { ...listOf(patched(add)), isNullable: true },
      },
      { entered: see('filtered') },
    ),
    docker: {
      ...walked(
        {
          baseImageRemediation: { ...skipped, ...taken(({ code }) => (parts.baseImageCode = code)) },
          binariesVulns: {
            ...walked(
              {
                issuesData: mapOf(taken((data, _, id) => binaries.data(id, data))),
                affectedPkgs: mapOf(taken((affected, where) => binaries.affected(affected, where))),
              },
              {
                left: (_, where) => {
                  const drafts = binaries.drafts(where);
                  parts.ofBinaries += drafts.length;
                  for (const draft of drafts) add(draft);
                },
              },
            ),
            isNullable: true,
          },
        },
        { entered: see('docker') },
      ),
      isNullable: true,
    },
    ...(isPart
      ? {}
      : { applications: listOf(walked(application, hooksOfApplication), { entered: see('applications') }) }),
  };
  return {
    fields,
    isSeen: () => parts.seen.size > 0,
    entered: () => {
      parts = openParts(isPart);
      binaries = openBinaries();
    },
    left: (own, where) => {
      closeProject(parts, own, where, tally);
      ofImage?.(parts.entries);
    },
  };
}

/** Newer versions name only the issue. */
function patched(add: (draft: Draft) => void): Shape {
  return {
    ...taken((entry, where) => add(readVulnerability(entry, where, 'patch'))),
    ...textual((id) => add(readPatched(id))),
  };
}

function isRerated({ originalSeverity, severityWithCritical, severity }: Json): boolean {
  return typeof originalSeverity === 'string' && originalSeverity !== (severityWithCritical ?? severity);
}
