// @ts-check
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the process that makes a thing tells those that wait for it.
 * @typedef {{ since: number, text: string }} ClaimStatus since: milliseconds of the epoch
 */

/**
 * @template T
 * @typedef {object} SharedWork
 * @property {string} claims folder of the claims, one for each thing
 * @property {() => T | undefined | Promise<T | undefined>} ready the finished thing, undefined while there is none
 * @property {(status: (text: string) => void) => Promise<void>} make makes it; `status` reaches those that wait
 * @property {(status: ClaimStatus) => void} [waiting] called again and again while another process makes it
 * @property {AbortSignal | undefined} [signal] ends the waiting
 */

/** One promise for each folder of claims, for the calls of this process. @type {Map<string, Promise<unknown>>} */
const running = new Map();

/**
 * Makes a thing once, however many processes ask for it at the same time: one makes it, the others wait and take it.
 * A process that dies while it makes the thing is succeeded by one of those that wait.
 * @template T
 * @param {SharedWork<T>} work
 * @returns {Promise<T>}
 */
export function makeOnce(work) {
  const mine = running.get(work.claims) ?? makeInTurn(work).finally(() => running.delete(work.claims));
  running.set(work.claims, mine);
  return /** @type {Promise<T>} */ (mine);
}

/**
 * @template T
 * @param {SharedWork<T>} work
 * @returns {Promise<T>}
 */
async function makeInTurn(work) {
  for (;;) {
    const there = await work.ready();
    if (there !== undefined) return there;
    work.signal?.throwIfAborted();
    const claim = tryClaim(work.claims);
    if (claim === undefined) {
      for (const status of others(work.claims)) work.waiting?.(status);
      await new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 100));
      continue;
    }
    try {
      const meanwhile = await work.ready();
      if (meanwhile !== undefined) return meanwhile;
      await work.make(claim.status);
      const made = await work.ready();
      if (made === undefined) throw new Error(`What was made in ${work.claims} is not complete.`);
      return made;
    } finally {
      claim.release();
    }
  }
}

/**
 * A claim is a file named by the pid and the start time of its process. It is written before the others are looked at, so of
 * two processes at least one sees the other and withdraws: never do both hold it, and a dead one's file harms nobody.
 * @param {string} dir
 */
function tryClaim(dir) {
  mkdirSync(dir, { recursive: true });
  if (others(dir).length > 0) return undefined;
  const path = join(dir, `${process.pid}-${startTime(process.pid)}`);
  const since = Date.now();
  /** @param {string} text */
  const status = (text) => {
    writeFileSync(`${path}.new`, JSON.stringify({ since, text }));
    renameSync(`${path}.new`, path);
  };
  const release = () => rmSync(path, { force: true });
  status('');
  if (others(dir).length === 0) return { status, release };
  release();
  return undefined;
}

/**
 * What other living processes say; forgets the dead.
 * @param {string} dir
 * @returns {ClaimStatus[]}
 */
function others(dir) {
  const found = [];
  for (const name of readdirSync(dir)) {
    const [, pid, start] = /^(\d+)-(\d+)$/.exec(name) ?? [];
    if (pid === undefined || Number(pid) === process.pid) continue;
    if (startTime(Number(pid)) !== start) rmSync(join(dir, name), { force: true });
    else found.push(readStatus(join(dir, name)));
  }
  return found;
}

/**
 * @param {string} path
 * @returns {ClaimStatus}
 */
function readStatus(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { since: Date.now(), text: '' };
  }
}

/**
 * When a process started, in clock ticks since boot (field 22 of /proc/PID/stat, see proc(5)); undefined when it has gone.
 * @param {number} pid
 */
function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
