// @ts-check
import { fileURLToPath } from 'node:url';
import { goBinary } from './go.mjs';
import { semgrepCommand } from './python.mjs';

/** @typedef {import('./progress.mjs').Progress} Progress */

const GITLEAKS_VERSION = 'v8.30.1';
const TRIVY_VERSION = 'v0.74.0';

const GO = 'Install Go 1.26 or newer (https://go.dev/dl).';

/** @param {string} name */
const moduleDir = (name) => fileURLToPath(new URL(`../scan/${name}/`, import.meta.url));

/**
 * The scanners at their pinned versions: two built from Go modules, one from PyPI, all kept in the cache. Each fails by itself, with
 * a sentence that says what is missing.
 * @param {Progress} progress
 * @param {AbortSignal} [signal]
 */
export function scanners(progress, signal) {
  return {
    gitleaks: gitleaks(progress, signal),
    semgrep: semgrepCommand(progress, signal),
    trivy: trivy(progress, signal),
  };
}

/**
 * @param {Progress} progress
 * @param {AbortSignal} [signal]
 */
function gitleaks(progress, signal) {
  const build = {
    name: `gitleaks ${GITLEAKS_VERSION}`,
    tool: 'gitleaks',
    version: GITLEAKS_VERSION,
    moduleDir: moduleDir('gitleaks'),
    sources: ['go.mod', 'go.sum'],
    pkg: 'github.com/zricethezav/gitleaks/v8',
    ldflags: `-s -w -X github.com/zricethezav/gitleaks/v8/version.Version=${GITLEAKS_VERSION.slice(1)}`,
    hint: 'built from source this once, about a minute on 2 cores',
    missing: GO,
  };
  return goBinary(build, progress, signal);
}

/**
 * Its go.mod repeats the `replace` lines of trivy's own, which `go install` refuses.
 * @param {Progress} progress
 * @param {AbortSignal} [signal]
 */
function trivy(progress, signal) {
  return goBinary(
    { ...trivyModule('trivy', 'github.com/aquasecurity/trivy/cmd/trivy'), sources: ['go.mod', 'go.sum'] },
    progress,
    signal,
  );
}

/**
 * Makes small vulnerability databases, with the module that trivy reads them with.
 * @param {Progress} progress
 * @param {AbortSignal} [signal]
 */
export function trivyDatabaseMaker(progress, signal) {
  return goBinary(
    { ...trivyModule('trivy-database', '.'), sources: ['go.mod', 'go.sum', 'main.go'] },
    progress,
    signal,
  );
}

/**
 * @param {string} tool
 * @param {string} pkg
 */
function trivyModule(tool, pkg) {
  return {
    name: `${tool} ${TRIVY_VERSION}`,
    tool,
    version: TRIVY_VERSION,
    moduleDir: moduleDir('trivy'),
    pkg,
    ldflags: `-s -w -X github.com/aquasecurity/trivy/pkg/version/app.ver=${TRIVY_VERSION.slice(1)}`,
    env: { GOEXPERIMENT: 'jsonv2' },
    hint: 'built from source this once, about 6 minutes on 2 cores',
    missing: GO,
  };
}
