import { fail } from '../../core/errors.ts';
import type { DeploymentState, GitHub, GitHubRun } from '../../core/ports.ts';

type Run = GitHubRun & { jobs: Awaited<ReturnType<GitHub['jobs']>> };

export interface MemoryGitHub extends GitHub {
  /** Adds a commit on the branch and makes it the tip. */
  push(revision: string, commit?: { message: string; author: string }): void;
  /** Puts a commit there that no branch has. */
  tag(revision: string): void;
  setRun(id: number, attempt: number, run: Run): void;
  /** What was told, in order: `#1 success Live in 3s`. */
  told(): { deployment: number; state: DeploymentState; description: string; environmentUrl?: string }[];
  deployments(): { environment: string; revision: string }[];
  /** From now on every call fails as when GitHub is down, until false is set. */
  setDown(down: boolean): void;
}

/** One repository in memory, with one branch whose history is a line. */
export function memoryGitHub(branch = 'main'): MemoryGitHub {
  const history: string[] = [];
  const commits = new Map<string, { message: string; author: string }>();
  const runs = new Map<string, Run>();
  const deployments: { environment: string; revision: string }[] = [];
  const told: ReturnType<MemoryGitHub['told']> = [];
  let down = false;

  const answer = async <T>(value: () => T | undefined, what: string): Promise<T> => {
    await Promise.resolve();
    if (down) throw fail('GitHubUnavailable', `GitHub did not answer ${what}: connect ECONNREFUSED.`);
    const found = value();
    if (found === undefined)
      throw fail('GitHubRefused', `GitHub refused ${what} with 404: Not Found.`, {
        repository: 'acme/shop',
        secret: 'shop/github',
      });
    return found;
  };

  return {
    push: (revision, commit = { message: 'Change something', author: 'ana' }) => {
      history.push(revision);
      commits.set(revision, commit);
    },
    tag: (revision) => void commits.set(revision, { message: 'Not on the branch', author: 'eve' }),
    setRun: (id, attempt, run) => void runs.set(`${id}/${attempt}`, run),
    told: () => structuredClone(told),
    deployments: () => structuredClone(deployments),
    setDown: (value) => void (down = value),
    createDeployment: ({ environment, revision }) =>
      answer(
        () => (commits.has(revision) ? deployments.push({ environment, revision }) : undefined),
        'POST /deployments',
      ),
    setStatus: (deployment, { state, description, environmentUrl }) =>
      answer(() => {
        if (deployment < 1 || deployment > deployments.length) return undefined;
        told.push({ deployment, state, description, ...(environmentUrl === undefined ? {} : { environmentUrl }) });
        return null;
      }, `POST /deployments/${deployment}/statuses`).then(() => undefined),
    commit: (revision) => answer(() => commits.get(revision), `GET /commits/${revision}`),
    run: async (id, attempt) => {
      const { jobs: _, ...run } = await answer(() => runs.get(`${id}/${attempt}`), `GET /actions/runs/${id}`);
      return run;
    },
    jobs: (id, attempt) => answer(() => runs.get(`${id}/${attempt}`)?.jobs, `GET /actions/runs/${id}/jobs`),
    branchTip: (name) => answer(() => (name === branch ? history.at(-1) : undefined), `GET /git/ref/heads/${name}`),
    compare: (base, head) =>
      answer(
        () => (commits.has(base) && commits.has(head) ? relation(history, base, head) : undefined),
        'GET /compare',
      ),
  };
}

function relation(
  history: readonly string[],
  base: string,
  head: string,
): 'ahead' | 'behind' | 'identical' | 'diverged' {
  if (base === head) return 'identical';
  const [from, to] = [history.indexOf(base), history.indexOf(head)];
  if (from === -1 || to === -1) return 'diverged';
  return to > from ? 'ahead' : 'behind';
}
