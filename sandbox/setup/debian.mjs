// @ts-check
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cacheDir } from './cache.mjs';
import { makeOnce } from './claim.mjs';
import { onPath } from './go.mjs';
import { runLines, tail } from './spawn.mjs';

/** @typedef {import('./progress.mjs').Progress} Progress */

/** @typedef {{ mode: 'node' } | { mode: 'kwok', why: string }} NodeMode */

/**
 * What the node and the registry need: a package, and how to see that it is there, whoever installed it (Docker's
 * `containerd.io` is as good as Debian's `containerd`, and the two exclude each other).
 * @type {{ name: string, there: () => boolean }[]}
 */
const PACKAGES = [
  { name: 'containerd', there: () => has('containerd') },
  { name: 'runc', there: () => has('runc') },
  { name: 'containernetworking-plugins', there: () => existsSync('/usr/lib/cni/bridge') },
  { name: 'iptables', there: () => has('iptables') },
  { name: 'iproute2', there: () => has('ip') },
  { name: 'util-linux', there: () => has('unshare') && has('nsenter') },
  { name: 'docker-registry', there: () => has('docker-registry') },
  { name: 'buildah', there: () => has('buildah') },
  // Not any busybox: only this one is linked statically, as an image without a libc needs it.
  { name: 'busybox-static', there: () => existsSync('/var/lib/dpkg/info/busybox-static.list') },
  { name: 'ca-certificates', there: () => existsSync('/etc/ssl/certs/ca-certificates.crt') },
];

const SBIN = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
const POLICY = '/usr/sbin/policy-rc.d';
const MARK = '# written by hawser';

/** @param {string} name */
function has(name) {
  return onPath(name, SBIN) !== undefined;
}

/**
 * Makes sure of the Debian packages that a real node needs; installs what is missing. Says why where only kwok can play the
 * node: no root, no namespaces, no apt.
 * @param {Progress} progress
 * @returns {Promise<NodeMode>}
 */
export async function debianPackages(progress) {
  if (process.getuid?.() !== 0) return { mode: 'kwok', why: 'a real node needs root' };
  const probe = await runLines('unshare', ['--mount', '--pid', '--net', '--fork', 'true']);
  if (probe.code !== 0)
    return {
      mode: 'kwok',
      why: `this machine lets no one make namespaces (${probe.output.trim() || 'unshare failed'})`,
    };
  const missing = () => PACKAGES.filter((each) => !each.there()).map((each) => each.name);
  if (missing().length > 0 && !has('apt-get'))
    return { mode: 'kwok', why: `there is no apt-get to install ${missing().join(', ')}` };
  await installPackages('Debian packages', missing, progress);
  return { mode: 'node' };
}

/**
 * Installs what `missing` names, until it names nothing. Services that a package brings are not started.
 * @param {string} name of the step
 * @param {() => string[] | Promise<string[]>} missing
 * @param {Progress} progress
 */
export async function installPackages(name, missing, progress) {
  const first = await missing();
  if (first.length === 0) return;
  const step = progress.step(name, first.join(', '));
  try {
    await makeOnce({
      claims: cacheDir('claims', 'apt'),
      ready: async () => ((await missing()).length === 0 ? true : undefined),
      waiting: ({ text }) => step.update(text),
      make: async (status) => {
        const packages = await missing();
        const update = (/** @type {string} */ text) => {
          step.update(text);
          status(text);
        };
        await withoutServices(() => aptInstall(packages, update));
      },
    });
    step.done();
  } catch (error) {
    step.fail(error);
    throw error;
  }
}

/**
 * @param {string[]} packages
 * @param {(text: string) => void} update
 */
async function aptInstall(packages, update) {
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  if (!hasLists()) await apt(['update'], update);
  const first = await apt(install, update, false);
  if (first.code === 0) return;
  await apt(['update'], update);
  await apt(install, update);
}

/** Whether apt has been updated once; a fresh image comes without lists. */
function hasLists() {
  const dir = '/var/lib/apt/lists';
  return existsSync(dir) && readdirSync(dir).some((name) => /_Packages(\.\w+)?$/.test(name));
}

/**
 * Not to be interrupted: dpkg must not stop half-way.
 * @param {string[]} args
 * @param {(text: string) => void} update
 * @param {boolean} [check]
 */
async function apt(args, update, check = true) {
  const result = await runLines('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    onLine: (line) => {
      const text = aptStatus(line);
      if (text !== undefined) update(text);
    },
  });
  if (check && result.code !== 0) throw new Error(`apt-get ${args.join(' ')} failed:\n${tail(result.output)}`);
  return result;
}

/**
 * What apt does now, from one line of its output; undefined for a line that says nothing about it.
 * @param {string} line
 */
export function aptStatus(line) {
  const download = /^(?:Get|Ign|Err):\d+ \S+ \S+ \S+ ([^\s[]\S*)/.exec(line);
  if (download) return `downloading ${download[1]}`;
  const unpack = /^(Unpacking|Setting up) (\S+)/.exec(line);
  if (unpack) return `${unpack[1] === 'Unpacking' ? 'unpacking' : 'setting up'} ${unpack[2]}`;
  if (/^(Waiting for cache lock|Could not get lock)/.test(line)) return 'waiting for another apt to end';
  if (line.startsWith('Reading package lists')) return 'reading package lists';
  return undefined;
}

/**
 * Debian asks policy-rc.d before it starts a service. Ours refuses as long as this process lives: one left behind by a kill is
 * harmless, and the next run removes it. A policy that is there already is the user's, and stays.
 * @param {() => Promise<void>} work
 */
async function withoutServices(work) {
  if (existsSync(POLICY) && !readFileSync(POLICY, 'utf8').includes(MARK)) return work();
  writeFileSync(POLICY, `#!/bin/sh\n${MARK}\n[ -d /proc/${process.pid} ] && exit 101\nexit 0\n`, { mode: 0o755 });
  try {
    await work();
  } finally {
    rmSync(POLICY, { force: true });
  }
}
