import { execFileSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { join, resolve } from 'node:path';

// What no scan of a checkout goes on with. `npm run scan` asks here, and so does ci.yml, which runs this file as it is on the base branch:
// so it stands alone, and imports nothing but Node's own modules.

/** Why a scanner's report of a checkout could not be believed. */
export interface Refusal {
  tool: 'gitleaks' | 'trivy';
  /** A sentence. */
  problem: string;
}

/**
 * The form in which trivy looks for them (pkg/iac/ignore), in whatever file. It cuts a comment at blanks and trims every white space of
 * Unicode, so anything may stand before it, and anything but a blank between its parts.
 */
const COMMENT = '(trivy|tfsec):(.*:)?ignore:';
const SHOWN = 5;
const MEGABYTE = 1024 * 1024;

/**
 * What would make a scan of the checkout say less than there is, with nothing of it in the report: no owner, no reason, no end. Empty when
 * there is nothing of the kind.
 */
export function refusals(repository: string, env: NodeJS.ProcessEnv = process.env): Refusal[] {
  const git = gitIn(repository, env);
  const shallow = git(['rev-parse', '--is-shallow-repository']);
  if (typeof shallow !== 'string')
    return [{ tool: 'gitleaks', problem: `${repository} is no git repository: ${shallow.stderr}` }];
  const problems: Refusal[] = [];
  if (shallow.trim() !== 'false')
    problems.push({
      tool: 'gitleaks',
      problem: `The clone in ${repository} is shallow: gitleaks would see its last commits only. Fetch the others with: git fetch --unshallow (in a workflow: fetch-depth: 0).`,
    });
  // Whether git knows it or not, and whatever it is: gitleaks looks for the name.
  if (lstatSync(join(repository, '.gitleaksignore'), { throwIfNoEntry: false }) !== undefined)
    problems.push({
      tool: 'gitleaks',
      problem: `${repository} has a .gitleaksignore, which takes secrets out of the report without an owner and an end. Remove it, and waive in scanners/policy.yaml.`,
    });
  const comments = commented(git);
  if (typeof comments === 'string') problems.push({ tool: 'trivy', problem: comments });
  else if (comments.length > 0)
    problems.push({
      tool: 'trivy',
      problem: `A comment takes misconfigurations out of trivy's report without an owner and an end, in ${list(comments)}. Remove it, and waive in scanners/policy.yaml.`,
    });
  return problems;
}

/** Files with a comment that trivy heeds, or why they are not known. Markdown may speak of it: trivy does not read that. */
function commented(git: Git): string[] | string {
  const found = git([
    'grep',
    '--untracked',
    '--no-exclude-standard',
    '--files-with-matches',
    '--null',
    // What .gitattributes calls binary is no less read by trivy.
    '--text',
    '--extended-regexp',
    '-e',
    COMMENT,
    '--',
    ':(exclude,glob)**/node_modules/**',
    ':(exclude,icase)*.md',
  ]);
  if (typeof found === 'string') return found.split('\0').filter((name) => name !== '');
  // 1: no file has one.
  return found.status === 1 ? [] : `The files could not be searched for comments that trivy heeds: ${found.stderr}`;
}

type Git = (args: string[]) => string | { status: number | null; stderr: string };

function gitIn(repository: string, env: NodeJS.ProcessEnv): Git {
  return (args) => {
    try {
      return execFileSync('git', ['-C', repository, ...args], {
        env,
        encoding: 'utf8',
        maxBuffer: 64 * MEGABYTE,
        stdio: 'pipe',
      });
    } catch (error) {
      const { status = null, stderr, message } = error as Error & { status?: number | null; stderr?: string };
      return { status, stderr: (stderr ?? '').trim() || message };
    }
  };
}

/** The first few, each on one line whatever its name is. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => (/^[\w./-]+$/.test(name) ? name : JSON.stringify(name)));
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** A line of text in a workflow command of GitHub's. */
function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

if (import.meta.main) {
  for (const { tool, problem } of refusals(resolve(process.argv[2] ?? '.'))) {
    process.stdout.write(`::error title=No scan with ${tool}::${escaped(problem)}\n`);
    process.exitCode = 1;
  }
}
