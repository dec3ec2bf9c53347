import type { Config } from '../config.ts';
import type { Origin } from './origin.ts';
import { refuse, type Refusal } from './refusal.ts';
import type { Trust } from './trust.ts';

/** What the environment of the gate asks of every verdict. */
export interface GateRules {
  trust: Trust;
  /** Digests of the policies that may have decided. */
  policies: readonly string[];
  source: Config['app']['source'];
  gate: Config['gate'];
}

/** What is to be deployed. */
export interface Candidate {
  /** Name without tag. */
  image: string;
  /** `sha256:…` */
  digest: string;
  /** Full commit SHA. */
  revision: string;
  /** The run that GitHub told of; a deploy by hand has none. */
  run?: { id: number; url: string };
}

type Rule = (origin: Origin, rules: GateRules, candidate: Candidate) => Refusal | undefined;

/** Each says what is wrong with where an image comes from, in this order. Everything is compared whole. */
const originRules: readonly Rule[] = [
  ({ repositoryId }, { source }) =>
    repositoryId === String(source.repositoryId)
      ? undefined
      : refuse(
          'GateRepositoryMismatch',
          `it is of the repository with id ${repositoryId}, not ${source.repositoryId}`,
          {
            repository: source.repository,
            found: repositoryId,
          },
        ),
  ({ workflow }, { source }) => {
    const wanted = `.github/workflows/${source.workflow}`;
    if (workflow === wanted) return undefined;
    return refuse('GateWorkflowMismatch', `it is of the workflow ${workflow}, not of ${wanted}`, { workflow: wanted });
  },
  ({ ref }, { source }) =>
    ref === `refs/heads/${source.branch}`
      ? undefined
      : refuse('GateBranchMismatch', `it is of ${ref}, not of the branch ${source.branch}`, { branch: source.branch }),
  ({ trigger }, { source }) =>
    (source.events as string[]).includes(trigger)
      ? undefined
      : refuse('GateTriggerMismatch', `its run was started by ${trigger}, not by ${source.events.join(' or ')}`, {
          events: source.events.join(' or '),
          found: trigger,
        }),
  ({ runner }, { gate }) =>
    gate.runner === 'any' || runner === gate.runner
      ? undefined
      : refuse('GateRunnerMismatch', `its runner was ${runner}, not ${gate.runner}`, { found: runner }),
  ({ commit }, _rules, { revision }) =>
    commit === revision
      ? undefined
      : refuse('GateCommitMismatch', `it is for commit ${commit}, not for ${revision}`, { found: commit, revision }),
];

/** What is wrong with the origin, the first of it; undefined when nothing is. Of which run it is, is asked apart: `checkRun`. */
export function checkOrigin(origin: Origin, rules: GateRules, candidate: Candidate): Refusal | undefined {
  for (const rule of originRules) {
    const refusal = rule(origin, rules, candidate);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Whether it is of another run than the one that GitHub told of: a verdict of each run may stand on the same digest. */
export function checkRun({ runId }: Origin, { run }: Candidate): Refusal | undefined {
  if (run === undefined || runId === String(run.id)) return undefined;
  return refuse('GateRunMismatch', `it is of run ${runId}, not of run ${run.id}`, { url: run.url });
}
