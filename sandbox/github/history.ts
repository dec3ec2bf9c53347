import { createHash } from 'node:crypto';
import { nodeId, numberFrom, user, type Json, type Place } from './repository.ts';

export interface Commit {
  sha: string;
  message: string;
  author: { name: string; email: string; login: string };
  /** ISO 8601, whole seconds. */
  date: string;
  parents: string[];
}

/** Commits by SHA and branch tips: what is asked of Git here. */
export interface History {
  commits: Map<string, Commit>;
  branches: Map<string, string>;
}

export interface NewCommit {
  message: string;
  author?: Partial<Commit['author']>;
  /** Full SHA, for a commit that exists in a real repository; made up otherwise. */
  sha?: string;
  /** Default: the default branch. */
  branch?: string;
  /** Default: the branch's tip. Another one makes the histories diverge. */
  parent?: string;
}

export function addCommit(history: History, commit: NewCommit, branch: string): Commit {
  const parent = commit.parent ?? history.branches.get(branch);
  const name = commit.author?.name ?? 'Ada Example';
  const author = { name, email: 'ada@example.com', login: 'ada-example', ...commit.author };
  const date = timestamp();
  const text = JSON.stringify([commit.message, author, date, parent, history.commits.size]);
  const sha = commit.sha ?? createHash('sha1').update(text).digest('hex');
  const made = { sha, message: commit.message, author, date, parents: parent === undefined ? [] : [parent] };
  history.commits.set(sha, made);
  history.branches.set(branch, sha);
  return made;
}

/** A branch name, a full SHA, or a SHA's beginning of at least 7 digits that names one commit. */
export function resolveRef(history: History, ref: string): Commit | undefined {
  const sha = history.branches.get(ref.replace(/^(refs\/)?heads\//, '')) ?? ref;
  const exact = history.commits.get(sha);
  if (exact !== undefined || !/^[0-9a-f]{7,39}$/.test(sha)) return exact;
  const matches = [...history.commits.values()].filter((commit) => commit.sha.startsWith(sha));
  return matches.length === 1 ? matches[0] : undefined;
}

export type Relation = 'ahead' | 'behind' | 'identical' | 'diverged';

/** How `head` stands to `base`, with the commits that only one of them has, oldest first. */
export function compare(
  history: History,
  base: Commit,
  head: Commit,
): { status: Relation; ahead: Commit[]; behind: Commit[]; mergeBase: Commit | undefined } {
  const [ofBase, ofHead] = [ancestry(history, base), ancestry(history, head)];
  const ahead = ofHead.filter((commit) => !ofBase.includes(commit)).reverse();
  const behind = ofBase.filter((commit) => !ofHead.includes(commit)).reverse();
  const mergeBase = ofHead.find((commit) => ofBase.includes(commit));
  if (ahead.length > 0) return { status: behind.length > 0 ? 'diverged' : 'ahead', ahead, behind, mergeBase };
  return { status: behind.length > 0 ? 'behind' : 'identical', ahead, behind, mergeBase };
}

/** The commit and all before it, newest first. Histories here have one parent each. */
function ancestry(history: History, from: Commit): Commit[] {
  const line: Commit[] = [];
  for (let at: Commit | undefined = from; at !== undefined; at = history.commits.get(at.parents[0] ?? ''))
    line.push(at);
  return line;
}

/** GitHub's `commit`, with `stats` and `files` only where GitHub gives them (one commit, not lists). */
export function commitShape(place: Place, repository: string, commit: Commit): Json {
  const url = `${place.api}/repos/${repository}`;
  const person = { name: commit.author.name, email: commit.author.email, date: commit.date };
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    commit: {
      author: person,
      committer: person,
      message: commit.message,
      tree: { sha: treeOf(commit), url: `${url}/git/trees/${treeOf(commit)}` },
      url: `${url}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
    },
    url: `${url}/commits/${commit.sha}`,
    html_url: `${place.web}/${repository}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    author: user(place, commit.author.login),
    committer: user(place, commit.author.login),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${place.web}/${repository}/commit/${sha}`,
    })),
  };
}

/** GitHub's `simple-commit`, as it stands inside workflow runs. */
export function simpleCommitShape(commit: Commit): Json {
  const person = { name: commit.author.name, email: commit.author.email };
  return {
    id: commit.sha,
    tree_id: treeOf(commit),
    message: commit.message,
    timestamp: commit.date,
    author: person,
    committer: person,
  };
}

function treeOf(commit: Commit): string {
  return createHash('sha1')
    .update(`tree ${commit.sha} ${numberFrom(commit.message)}`)
    .digest('hex');
}

/** Now, as GitHub writes it: ISO 8601 without fractions. */
export function timestamp(at = new Date()): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}
