// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from './cache.mjs';
import { goBinary } from './go.mjs';

/** @typedef {import('./progress.mjs').Progress} Progress */

const KUBERNETES_VERSION = 'v1.34.4';
const KWOK_VERSION = 'v0.8.0';
const SOURCES = fileURLToPath(new URL('../kubernetes/', import.meta.url));

/** The names that the multi-call binary answers to. */
export const COMMANDS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubectl',
  'kubelet',
];

/** What helps where the binary cannot be built. */
const WAYS_OUT = [
  'Three ways out:',
  '  1. install Go 1.24 or newer (https://go.dev/dl), and run this again;',
  `  2. set HAWSER_KUBERNETES_BIN to a folder with ${COMMANDS.join(', ')};`,
  '  3. use a cluster of your own: npm run demo -- --kubeconfig FILE',
].join('\n');

/**
 * The Kubernetes commands and etcd in one binary, which acts by the name it is called by. Built from Go modules at the first
 * time (5 minutes on 2 cores), kept in the cache. `$HAWSER_KUBERNETES_BIN` (such a binary, or a folder with it or with the
 * separate commands) is taken instead.
 * @param {Progress} progress
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} its absolute path
 */
export async function kubernetesBinary(progress, signal) {
  const given = process.env['HAWSER_KUBERNETES_BIN'];
  if (given) return givenBinary(resolve(given));
  const version = 'k8s.io/component-base/version';
  const [major, minor] = KUBERNETES_VERSION.slice(1).split('.');
  const build = {
    name: `Kubernetes ${KUBERNETES_VERSION}`,
    tool: 'kubernetes',
    version: KUBERNETES_VERSION,
    moduleDir: SOURCES,
    sources: ['main.go', 'go.mod', 'go.sum'],
    pkg: '.',
    ldflags: `-s -w -X ${version}.gitVersion=${KUBERNETES_VERSION} -X ${version}.gitMajor=${major} -X ${version}.gitMinor=${minor}`,
    hint: 'built from source this once, about 5 minutes on 2 cores',
    missing: WAYS_OUT,
  };
  return goBinary(build, progress, signal);
}

/**
 * kwok, which plays the kubelet where there is no root for a real node. Built once, as Kubernetes is.
 * @param {Progress} progress
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} its absolute path
 */
export async function kwokBinary(progress, signal) {
  const build = {
    name: `kwok ${KWOK_VERSION}`,
    tool: 'kwok',
    version: KWOK_VERSION,
    moduleDir: join(SOURCES, 'kwok'),
    sources: ['go.mod', 'go.sum'],
    pkg: 'sigs.k8s.io/kwok/cmd/kwok',
    ldflags: '-s -w',
    hint: 'built from source this once, about 2 minutes on 2 cores',
    missing:
      'Install Go 1.26 or newer (https://go.dev/dl), or run as root on Debian or Ubuntu, where kwok is not needed.',
  };
  return goBinary(build, progress, signal);
}

/**
 * What HAWSER_KUBERNETES_BIN names. Separate commands get a script in front that picks one by its own name, so that the rest
 * of the sandbox knows one shape only.
 * @param {string} given
 */
function givenBinary(given) {
  const stat = statSync(given, { throwIfNoEntry: false });
  if (stat === undefined) throw new Error(`HAWSER_KUBERNETES_BIN is ${given}, which does not exist.`);
  if (stat.isFile()) return given;
  if (existsSync(join(given, 'kubernetes'))) return join(given, 'kubernetes');
  const missing = COMMANDS.filter((name) => !existsSync(join(given, name)));
  if (missing.length > 0) throw new Error(`HAWSER_KUBERNETES_BIN is ${given}, which lacks ${missing.join(', ')}.`);
  const key = createHash('sha256').update(given).digest('hex').slice(0, 12);
  const script = join(cacheDir('kubernetes', `given-${key}`), 'kubernetes');
  const fresh = `${script}.${process.pid}`;
  writeFileSync(fresh, `#!/bin/sh\nexec '${given.replaceAll("'", "'\\''")}'/"\${0##*/}" "$@"\n`, { mode: 0o755 });
  renameSync(fresh, script);
  return script;
}
