import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../host/run.ts';
import { openWorkspace, type Workspace } from '../host/workspace.ts';
import { startRegistry, type Registry } from '../registry/registry.ts';
import { missingSetting } from './broken.ts';
import { buildImage, type BuildOptions, type Image } from './build.ts';
import { buildah, imageId } from './buildah.ts';
import { pushImage } from './push.ts';

const project = join(import.meta.dirname, '../..');
const revision = (digit: number): string => String(digit).repeat(40);

let workspace: Workspace;
let registry: Registry;
beforeAll(async () => {
  workspace = await openWorkspace();
  registry = await startRegistry(workspace, { address: '127.0.0.1' });
});
afterAll(async () => {
  await registry.stop();
  const left = await workspace.close();
  if (left.length > 0) throw new Error(left.join('\n'));
});

function build(digit: number, more: Partial<BuildOptions> = {}): Promise<Image> {
  return buildImage({
    workspace,
    context: project,
    dockerfile: 'Dockerfile',
    buildArgs: { REVISION: revision(digit) },
    tag: `acme/shop:test-${digit}`,
    ...more,
  });
}

interface Inspected {
  OCIv1: { config: { Env: string[]; Labels: Record<string, string>; User: string }; rootfs: { diff_ids: string[] } };
}

async function inspect(image: Image): Promise<Inspected['OCIv1']> {
  const { stdout } = await buildah(workspace, ['inspect', '--type', 'image', image.id]);
  return (JSON.parse(stdout) as Inspected).OCIv1;
}

/** Runs the image's files as they are, in a working container that is removed again. */
async function start(image: Image, env: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { stdout } = await buildah(workspace, ['from', '--pull-never', image.id]);
  const container = stdout.trim();
  try {
    const script =
      "import('/app/app/src/settings.ts').then((m) => console.log(JSON.stringify(m.readSettings(process.env))))";
    const flags = ['--isolation', 'chroot', ...env.flatMap((pair) => ['--env', pair])];
    return await buildah(workspace, ['run', ...flags, container, '--', 'node', '-e', script], { check: false });
  } finally {
    await buildah(workspace, ['rm', container]);
  }
}

test('each revision is an image of its own, though its layers are shared', async () => {
  const [one, two] = [await build(1), await build(2)];
  const [first, second] = [await inspect(one), await inspect(two)];
  expect(first.config.Env).toContain(`REVISION=${revision(1)}`);
  expect(second.config.Env).toContain(`REVISION=${revision(2)}`);
  expect(second.config.Labels['org.opencontainers.image.revision']).toBe(revision(2));
  expect(first.config.User).toBe('1000:1000');
  // The last layer is what buildah 1.28 commits with LABEL and ENV: no files.
  expect(second.rootfs.diff_ids.slice(0, -1)).toEqual(first.rootfs.diff_ids.slice(0, -1));

  const started = await start(two, []);
  expect(JSON.parse(started.stdout)).toMatchObject({ build: { revision: revision(2) } });
});

test('the broken revision refuses to start, and says what it misses', async () => {
  const image = await build(3, { patch: missingSetting });
  expect((await start(image, [])).stderr).toContain('DATABASE_URL must be set.');
  expect((await start(image, ['DATABASE_URL=x'])).code).toBe(0);
  const source = readFileSync(join(project, missingSetting.file), 'utf8');
  expect(source).not.toContain('DATABASE_URL');
});

test('a pushed image is in the registry by its tag, under the digest that is returned', async () => {
  const { digest, ref } = await pushImage(await build(1), registry);
  expect(ref).toBe(`${registry.host}/acme/shop@${digest}`);
  const dispatcher = new Agent({ connect: { ca: registry.ca } });
  const answer = await fetch(`https://${registry.host}/v2/`, { dispatcher });
  const realm = /realm="([^"]+)"/.exec(answer.headers.get('www-authenticate') ?? '')?.[1] ?? '';
  const basic = Buffer.from(`${registry.pull.username}:${registry.pull.password}`).toString('base64');
  const scope = 'service=registry&scope=repository:acme/shop:pull';
  const granted = await fetch(`${realm}?${scope}`, { dispatcher, headers: { authorization: `Basic ${basic}` } });
  const { token } = (await granted.json()) as { token: string };
  const head = await fetch(`https://${registry.host}/v2/acme/shop/manifests/test-1`, {
    method: 'HEAD',
    dispatcher,
    headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.oci.image.manifest.v1+json' },
  });
  expect(head.headers.get('docker-content-digest')).toBe(digest);
  await dispatcher.close();
});

test('a build that fails says why, and leaves no working container and no mount', async () => {
  const failing = build(4, { patch: { file: 'package.json', find: '"workspaces"', replace: '"nothing"' } });
  await expect(failing).rejects.toThrow(/npm/);
  expect((await buildah(workspace, ['containers', '--quiet'])).stdout.trim()).toBe('');
  expect(await imageId(workspace, 'localhost/acme/shop:test-4')).toBeUndefined();
  const mounts = await run('cat', ['/proc/self/mounts']);
  expect(mounts.stdout).not.toContain(`/images/${workspace.slot}/`);
});
