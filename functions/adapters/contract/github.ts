import { beforeEach, describe, expect, test } from 'vitest';
import type { DeploymentState, GitHub } from '../../core/ports.ts';

export interface GitHubHarness {
  github: GitHub;
  /** Adds a commit to main and returns its SHA. */
  push(message: string, author: string): string;
  /** Adds a commit that is not on main. */
  pushAside(): string;
  /** Ends a run of the commit, with these jobs; returns its id and attempt. */
  completeRun(revision: string, jobs: { name: string; conclusion: 'success' | 'failure' }[]): [number, number];
  /** What was told about the deployment, oldest first. */
  statuses(deployment: number): { state: DeploymentState; description: string; environmentUrl?: string }[];
}

const unknown = 'f'.repeat(40);
const refused = { code: 'GitHubRefused', owner: 'config', retryable: false };

/** What GitHub answers. `make` gives a repository `acme/shop` with nothing in it. */
export function githubContract(name: string, make: () => Promise<GitHubHarness>): void {
  describe(`github: ${name}`, () => {
    let harness: GitHubHarness;
    let github: GitHub;
    const deploy = (revision: string): Promise<number> =>
      github.createDeployment({
        environment: 'production',
        revision,
        description: 'Release rel_1',
        production: true,
        payload: { release: 'rel_1' },
      });

    beforeEach(async () => {
      harness = await make();
      github = harness.github;
    });

    test('a commit tells its message and its author', async () => {
      const revision = harness.push('Add a cart\n\nWith a body.', 'Ada Example');
      expect(await github.commit(revision)).toEqual({ message: 'Add a cart\n\nWith a body.', author: 'Ada Example' });
      await expect(github.commit(unknown)).rejects.toMatchObject(refused);
    });

    test('a deployment takes statuses in their order, with the URL of the app', async () => {
      const deployment = await deploy(harness.push('Ship', 'Ada'));
      await github.setStatus(deployment, { state: 'in_progress', description: 'Starting the node' });
      await github.setStatus(deployment, {
        state: 'success',
        description: 'Live in 3s',
        environmentUrl: 'http://203.0.113.7:31445',
        logUrl: 'https://github.com/acme/shop/actions/runs/1',
      });
      expect(harness.statuses(deployment)).toMatchObject([
        { state: 'in_progress', description: 'Starting the node' },
        { state: 'success', description: 'Live in 3s', environmentUrl: 'http://203.0.113.7:31445' },
      ]);
    });

    test('each deployment has a number of its own', async () => {
      const revision = harness.push('Ship', 'Ada');
      const [first, second] = [await deploy(revision), await deploy(revision)];
      expect(first).not.toBe(second);
      await github.setStatus(second, { state: 'success', description: 'Live' });
      expect(harness.statuses(first)).toEqual([]);
    });

    test('a deployment of an unknown commit and a status of an unknown deployment are refused', async () => {
      await expect(deploy(unknown)).rejects.toMatchObject(refused);
      const status = github.setStatus(987_654, { state: 'success', description: 'x' });
      await expect(status).rejects.toMatchObject(refused);
    });

    test('a run tells what it was for, and its jobs how they ended', async () => {
      const revision = harness.push('Ship', 'Ada');
      const [id, attempt] = harness.completeRun(revision, [
        { name: 'build', conclusion: 'success' },
        { name: 'trivy', conclusion: 'failure' },
      ]);
      expect(await github.run(id, attempt)).toEqual({
        number: 1,
        status: 'completed',
        conclusion: 'success',
        headSha: revision,
        path: '.github/workflows/ci.yml',
        event: 'push',
        url: expect.stringMatching(new RegExp(`^https?://.*/acme/shop/actions/runs/${id}$`)) as string,
      });
      expect(await github.jobs(id, attempt)).toMatchObject([
        { name: 'build', conclusion: 'success', url: expect.stringMatching(/^https?:/) as string },
        { name: 'trivy', conclusion: 'failure' },
      ]);
      await expect(github.run(id, attempt + 1)).rejects.toMatchObject(refused);
      await expect(github.jobs(id + 1, 1)).rejects.toMatchObject(refused);
    });

    test('the tip of the branch is its last commit; there is no other branch', async () => {
      harness.push('One', 'Ada');
      const last = harness.push('Two', 'Ada');
      expect(await github.branchTip('main')).toBe(last);
      await expect(github.branchTip('release/1')).rejects.toMatchObject(refused);
    });

    test('compares two commits seen from the first', async () => {
      const first = harness.push('One', 'Ada');
      const second = harness.push('Two', 'Ada');
      const aside = harness.pushAside();
      expect(await github.compare(first, second)).toBe('ahead');
      expect(await github.compare(second, first)).toBe('behind');
      expect(await github.compare(second, second)).toBe('identical');
      expect(await github.compare(second, aside)).toBe('diverged');
    });
  });
}
