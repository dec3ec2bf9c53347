import { dirname } from 'node:path';
import { debianPackages, type NodeMode } from './debian.mjs';
import { kubernetesBinary, kwokBinary } from './kubernetes.mjs';
import { createProgress, type Progress } from './progress.mjs';
import { ministackServer, motoServer } from './python.mjs';

/** What the sandbox is made of; paths are absolute. */
export interface Tools {
  /** `node`: a real node. `kwok`: the control plane is real, and kwok plays the kubelet; `why` says what is missing. */
  mode: 'node' | 'kwok';
  why?: string;
  /** The multi-call binary: it is the command that it is called by. */
  kubernetes: string;
  /** Only in mode `kwok`. */
  kwok?: string;
  ministack: string;
  /** Only when asked for. */
  moto?: string;
  /** Folder of the Node.js 24 binary. */
  nodeDir: string;
}

export interface PrepareOptions {
  progress?: Progress;
  /** moto is for tests only: 300 MB. Default false. */
  moto?: boolean;
  /** false with a cluster of the user's own. Default true. */
  kubernetes?: boolean;
  /** Ends what is being made. */
  signal?: AbortSignal;
}

/** Each part by itself, for work that can start before the last of them is there. */
export interface Preparation {
  debian: Promise<NodeMode>;
  kubernetes: Promise<string>;
  kwok: Promise<string | undefined>;
  ministack: Promise<string>;
  moto: Promise<string | undefined>;
}

/**
 * Starts to prepare everything at once and returns without waiting. A part that is never awaited may fail in silence; one that
 * is awaited fails with a sentence that says what to do.
 */
export function prepareAll(options: PrepareOptions & { progress: Progress }): Preparation {
  const { progress, signal } = options;
  const debian = debianPackages(progress);
  const preparation = {
    debian,
    kubernetes: options.kubernetes === false ? Promise.resolve('') : kubernetesBinary(progress, signal),
    kwok: debian.then((node) => (node.mode === 'kwok' ? kwokBinary(progress, signal) : undefined)),
    ministack: ministackServer(progress, signal),
    moto: options.moto === true ? motoServer(progress, signal) : Promise.resolve(undefined),
  };
  for (const part of Object.values(preparation)) part.catch(() => undefined);
  return preparation;
}

/** Prepares everything and waits for it; well under a second when it is all in the cache. */
export async function prepare(options: PrepareOptions = {}): Promise<Tools> {
  const progress = options.progress ?? createProgress();
  try {
    return await allTools(prepareAll({ ...options, progress }));
  } finally {
    if (options.progress === undefined) progress.close();
  }
}

/** Waits for all parts. */
async function allTools(preparation: Preparation): Promise<Tools> {
  const [node, kubernetes, kwok, ministack, moto] = await Promise.all([
    preparation.debian,
    preparation.kubernetes,
    preparation.kwok,
    preparation.ministack,
    preparation.moto,
  ]);
  return {
    ...node,
    kubernetes,
    ...(kwok !== undefined && { kwok }),
    ministack,
    ...(moto !== undefined && { moto }),
    nodeDir: dirname(process.execPath),
  };
}
