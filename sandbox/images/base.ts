import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { run } from '../host/run.ts';
import type { Workspace } from '../host/workspace.ts';
import { buildah, imageId } from './buildah.ts';
import { hostNpm } from './npm.ts';

/** Raise it when what goes into the image changes. */
const RECIPE = 1;
/** Of Debian's package busybox-static: one file, no libraries. */
const BUSYBOX = '/bin/busybox';
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/**
 * The image that stands for `node:24` where no registry can be reached: this project's Node binary with the libraries
 * it is linked to, the host's npm, busybox as the shell, CA certificates, and a user `node` (uid 1000).
 * Returns its name in the sandbox's store; made once per Node and npm version.
 */
export async function baseImage(workspace: Workspace): Promise<string> {
  const node = createRequire(import.meta.url).resolve('node/bin/node');
  const version = (await run(node, ['--version'])).stdout.trim().slice(1);
  const npm = await hostNpm();
  const key = createHash('sha256')
    .update(JSON.stringify([RECIPE, version, npm.version, process.arch]))
    .digest('hex');
  const name = `localhost/hawser-base:node${version}-${key.slice(0, 12)}`;
  if ((await imageId(workspace, name)) !== undefined) return name;
  const context = mkdtempSync(join(workspace.dir, 'base-'));
  try {
    await makeRootfs(join(context, 'rootfs'), node, npm.dir);
    writeFileSync(join(context, 'Containerfile'), CONTAINERFILE);
    const args = ['bud', '--isolation', 'chroot', '--layers=false', '--timestamp', '0', '--quiet', '--tag', name];
    await buildah(workspace, [...args, '--file', join(context, 'Containerfile'), context]);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return name;
}

const CONTAINERFILE = `FROM scratch
COPY rootfs /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN ["/bin/busybox", "sh", "-c", "chown 1000:1000 /home/node && chmod 1777 /tmp"]
CMD ["node"]
`;

async function makeRootfs(root: string, node: string, npm: string): Promise<void> {
  for (const dir of [
    'bin',
    'etc/ssl/certs',
    'home/node',
    'root',
    'tmp',
    'usr/bin',
    'usr/local/bin',
    'usr/local/etc',
    'var',
  ])
    mkdirSync(join(root, dir), { recursive: true });
  cpSync(node, join(root, 'usr/local/bin/node'));
  chmodSync(join(root, 'usr/local/bin/node'), 0o755);
  for (const library of await libraries(node)) copyInto(root, library);
  cpSync(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true, dereference: true });
  for (const command of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${command}-cli.js`, join(root, 'usr/local/bin', command));
  await installShell(root);
  if (existsSync(CERTIFICATES)) copyInto(root, CERTIFICATES);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000:node:/home/node:/bin/sh\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
}

/** Every shared library that the binary is linked to, and the loader, as ldd(1) names them. */
async function libraries(binary: string): Promise<string[]> {
  const { stdout } = await run('ldd', [binary]);
  return [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map((match) => match[1] ?? '');
}

async function installShell(root: string): Promise<void> {
  if (!existsSync(BUSYBOX)) throw new Error(`${BUSYBOX} is missing. Install it with: apt-get install busybox-static`);
  copyInto(root, BUSYBOX);
  const applets = (await run(BUSYBOX, ['--list'])).stdout.trim().split('\n');
  for (const applet of applets.filter((name) => name !== basename(BUSYBOX)))
    symlinkSync(basename(BUSYBOX), join(root, 'bin', applet));
  symlinkSync('/bin/env', join(root, 'usr/bin/env'));
}

/** Copies a file of the host to the same path under `root`, what a link points to instead of the link. */
function copyInto(root: string, path: string): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, readFileSync(path), { mode: 0o755 });
}
