import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, type RunResult } from '../host/run.ts';
import { openWorkspace, type Workspace } from '../host/workspace.ts';
import { buildImage } from '../images/build.ts';
import { buildah } from '../images/buildah.ts';
import { debianPackages, installPackages } from '../setup/debian.mjs';
import { onPath } from '../setup/go.mjs';
import { ROOT } from '../setup/npm.mjs';
import { createProgress } from '../setup/progress.mjs';
import { scanners, trivyDatabaseMaker } from '../setup/scanners.mjs';
import { fixtureRepository, planted, type FixtureRepository } from './fixture-repository.ts';
import { runStep } from './workflow-step.ts';

// The job `trivy` of ci.yml on an image of the demo: what is built into a layout there is put into one by buildah here.
const progress = createProgress();
const temp = mkdtempSync(join(tmpdir(), 'hawser-runner-'));
const report = join(temp, 'report');
let workspace: Workspace;
let repository: FixtureRepository;
/** Digest of the image's config, as the job `build` hands it on. */
let config: string;

interface Decided {
  verdict: string;
  reasons: string[];
  findings: { category: string; package?: string; location: { path: string }; outcome: { blocks: boolean } }[];
  decidedBy: { reports: { name: string; subject?: { imageId?: string }; coverage: Record<string, number> }[] };
}

beforeAll(async () => {
  await debianPackages(progress);
  await installPackages('jq', () => (onPath('jq') === undefined ? ['jq'] : []), progress);
  const trivy = await scanners(progress).trivy;
  const maker = await trivyDatabaseMaker(progress);
  mkdirSync(report);
  symlinkSync(trivy, join(temp, 'trivy'));
  const known = [
    {
      id: 'GHSA-2222-3333-4444',
      package: 'fastify',
      title: 'Made up',
      severity: 'HIGH',
      vulnerable: '<9999.0.0',
      patched: '9999.0.0',
    },
  ];
  await run(maker, [join(temp, 'cache')], { input: JSON.stringify(known) });
  workspace = await openWorkspace();
  const revision = '1'.repeat(40);
  const image = await buildImage({
    workspace,
    context: ROOT,
    dockerfile: 'Dockerfile',
    buildArgs: { REVISION: revision },
    tag: 'acme/shop:scanned',
  });
  await buildah(workspace, ['push', '--quiet', image.id, `oci:${join(temp, 'layout')}`]);
  config = configOf(join(temp, 'layout'));
  repository = await fixtureRepository();
}, 30 * 60_000);
afterAll(async () => {
  progress.close();
  repository?.close();
  rmSync(temp, { recursive: true, force: true });
  const left = await workspace?.close();
  if (left !== undefined && left.length > 0) throw new Error(left.join('\n'));
});

/** Digest of the config of the one image in a layout; its blobs are what their names say. */
function configOf(layout: string): string {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(layout, path), 'utf8'));
  for (const name of readdirSync(join(layout, 'blobs/sha256')))
    expect(
      createHash('sha256')
        .update(readFileSync(join(layout, 'blobs/sha256', name)))
        .digest('hex'),
    ).toBe(name);
  const { manifests } = read('index.json') as { manifests: { digest: string }[] };
  expect(manifests).toHaveLength(1);
  const manifest = read(`blobs/${manifests[0]?.digest.replace(':', '/')}`) as { config: { digest: string } };
  return manifest.config.digest;
}

/** Nothing is downloaded: the database is made here, and the checks are those that come with the program. */
const offline = {
  TRIVY_SKIP_DB_UPDATE: 'true',
  TRIVY_SKIP_JAVA_DB_UPDATE: 'true',
  TRIVY_SKIP_CHECK_UPDATE: 'true',
  TRIVY_OFFLINE_SCAN: 'true',
};

const step = (name: string, given: Record<string, string> = {}): Promise<RunResult> =>
  runStep('trivy', name, repository.dir, {
    RUNNER_TEMP: temp,
    GITHUB_WORKSPACE: repository.dir,
    HOME: temp,
    TRIVY_CACHE_DIR: join(temp, 'cache'),
    ...offline,
    ...given,
  });

/** As the job judges its reports. */
async function judge(...names: string[]): Promise<Decided> {
  const policy = ['--policy', join(ROOT, 'scanners/policy.yaml'), '--part'];
  const args = [join(ROOT, 'cli/main.ts'), 'gate', ...policy, '--json', ...names.map((name) => `trivy=${name}`)];
  const { stdout } = await run(process.execPath, args, { cwd: report, check: false });
  return JSON.parse(stdout) as Decided;
}

test('the layout that was built is the one that is scanned, and the gate knows it by its config', async () => {
  expect(await step('Scan the layout', { CONFIG: config })).toMatchObject({ code: 0, stdout: '' });
  const { verdict, findings, decidedBy } = await judge('trivy.json');
  expect(decidedBy.reports).toMatchObject([{ name: 'trivy.json', subject: { imageId: config } }]);
  expect(decidedBy.reports[0]?.coverage['packages']).toBeGreaterThan(1);
  const blocking = findings.filter(({ outcome }) => outcome.blocks);
  expect({ verdict, blocking: blocking.map((one) => [one.category, one.package]) }).toEqual({
    verdict: 'block',
    blocking: [['vulnerability', 'fastify']],
  });
});

test('the SBOM is written from the same scan, with what the image has', async () => {
  const sbom = JSON.parse(readFileSync(join(report, 'sbom.cdx.json'), 'utf8')) as {
    bomFormat: string;
    metadata: { component: { properties: { name: string; value: string }[] } };
    components: { name: string; purl?: string }[];
  };
  expect(sbom.bomFormat).toBe('CycloneDX');
  expect(sbom.metadata.component.properties).toContainEqual({ name: 'aquasecurity:trivy:ImageID', value: config });
  expect(sbom.components.map(({ purl }) => purl)).toContainEqual(expect.stringMatching(/^pkg:npm\/fastify@/));
});

test('another image than the one that was built fails the step', async () => {
  const other = `sha256:${'0'.repeat(64)}`;
  const { code, stdout } = await step('Scan the layout', { CONFIG: other });
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: `::error title=Another image::trivy looked at ${config}, and ${other} was built.\n`,
  });
});

test('the files of the repository are scanned, too, and their packages do not stand for those of the image', async () => {
  repository.write('deploy/Dockerfile', planted.Dockerfile);
  // Nothing of these counts: it is not where trivy is started.
  repository.write('.trivyignore', 'DS-0002\n');
  repository.write('trivy.yaml', 'scan:\n  skip-dirs: [deploy]\n');
  repository.write('node_modules/other/Dockerfile', planted.Dockerfile);
  await repository.commit('Deploy it');
  expect(await step('Scan the repository')).toMatchObject({ code: 0, stdout: '' });
  expect(
    await step('Judge the report', { GITHUB_WORKSPACE: ROOT, GITHUB_STEP_SUMMARY: join(temp, 'summary.md') }),
  ).toMatchObject({ code: 3, stderr: expect.stringContaining('file=deploy/Dockerfile') });
  const { verdict, findings } = await judge('trivy.json', 'repository.json');
  expect(verdict).toBe('block');
  const files = findings.filter(({ category }) => category === 'misconfiguration').map(({ location }) => location.path);
  expect(new Set(files)).toEqual(new Set(['deploy/Dockerfile']));
  expect(await judge('repository.json')).toMatchObject({
    verdict: 'invalid',
    reasons: expect.arrayContaining([expect.stringContaining('(tools.trivy.packages)')]),
  });
});
