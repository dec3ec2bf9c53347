import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../setup/cache.mjs';
import { claim, exclusively } from './mutex.ts';
import { isAlive, self, type ProcessId } from './process.ts';
import { undo, type Resource } from './resource.ts';

/**
 * A documentation range (RFC 5737), cut in eight: a sandbox takes one part, so several run side by side. Only one of the three
 * ranges is used, since the host's own network may well be in another: there the bridge would hide it.
 */
const SUBNETS = [0, 32, 64, 96, 128, 160, 192, 224].map((base) => ({ net: '198.51.100', base }));

export interface Workspace {
  /** Number of the slot, 0 to 7; names of links and cgroups end with it. */
  readonly slot: number;
  /** Folder that holds everything of this sandbox; removed at the end. */
  readonly dir: string;
  /** `a.b.c` and the first host number of this sandbox's /27. The gateway is base + 1. */
  readonly subnet: { net: string; base: number };
  /** Writes down a thing that outlives a crash, before it is made. */
  record(resource: Resource): void;
  /** Undoes everything recorded, last first, and removes the folder. Never throws: what could not be undone is returned. */
  close(): Promise<string[]>;
}

/** Where running sandboxes keep their state; on a disk, since overlayfs cannot sit on every tmpfs. */
function stateRoot(): string {
  return cacheDir('sandboxes');
}

/** Takes the first free slot, after cleaning up what a killed sandbox left in any of them. */
export function openWorkspace(): Promise<Workspace> {
  return alone(async () => {
    await sweepSlots();
    for (const [slot, subnet] of SUBNETS.entries()) {
      const dir = join(stateRoot(), String(slot));
      // A sandbox with another cache folder has slots of its own, but the same links and addresses.
      if (existsSync(dir) || existsSync(`/sys/class/net/hawser${slot}`)) continue;
      const letGo = await claim(`hawser-slot-${slot}`);
      if (letGo === undefined) continue;
      mkdirSync(dir);
      writeFileSync(join(dir, 'owner.json'), JSON.stringify(self()));
      return {
        slot,
        dir,
        subnet,
        record: (resource) => appendFileSync(join(dir, 'ledger.jsonl'), JSON.stringify(resource) + '\n'),
        close: () => alone(() => wipe(dir)).finally(letGo),
      };
    }
    throw new Error(`All ${SUBNETS.length} sandbox slots are in use. Stop one with: npm run sandbox -- stop`);
  });
}

/** Undoes what dead sandboxes left behind. Returns what could not be undone. */
export function sweep(): Promise<string[]> {
  return alone(sweepSlots);
}

/** A sandbox that some process runs now. */
export interface RunningSandbox {
  slot: number;
  dir: string;
  owner: ProcessId;
}

/** The sandboxes that are running or starting now. */
export function runningSandboxes(): RunningSandbox[] {
  return slots().flatMap(({ slot, dir }) => {
    const owner = readOwner(dir);
    return owner !== undefined && isAlive(owner) ? [{ slot, dir, owner }] : [];
  });
}

/** What dead sandboxes left behind, and the next start or sweep cleans up. */
export function leftSandboxes(): { slot: number; dir: string }[] {
  const running = new Set(runningSandboxes().map(({ slot }) => slot));
  return slots().filter(({ slot }) => !running.has(slot));
}

/** Slots are taken, swept and given back by one process at a time: a sweep must not remove what was just taken. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  return exclusively(`hawser:${stateRoot()}`, work);
}

async function sweepSlots(): Promise<string[]> {
  const left: string[] = [];
  for (const { dir } of slots()) {
    const owner = readOwner(dir);
    if (owner === undefined || !isAlive(owner)) left.push(...(await wipe(dir)));
  }
  return left;
}

function slots(): { slot: number; dir: string }[] {
  const names = readdirSync(stateRoot()).filter((name) => /^\d+$/.test(name));
  return names.map((name) => ({ slot: Number(name), dir: join(stateRoot(), name) }));
}

function readOwner(dir: string): ProcessId | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'owner.json'), 'utf8')) as ProcessId;
  } catch {
    return undefined;
  }
}

/**
 * Undoes the ledger, last entry first. When all is undone the folder goes, too; otherwise the folder stays without an owner, so that
 * the next sweep tries again.
 */
async function wipe(dir: string): Promise<string[]> {
  const left: string[] = [];
  for (const entry of readLedger(dir).reverse()) {
    const problem = await undo(entry);
    if (problem !== undefined) left.push(problem);
  }
  if (left.length === 0) {
    const problem = await undo({ kind: 'file', path: dir });
    if (problem !== undefined) left.push(problem);
  }
  if (left.length > 0) rmSync(join(dir, 'owner.json'), { force: true });
  return left;
}

/** The last line may be cut off by the kill of its writer; all others are whole. */
function readLedger(dir: string): Resource[] {
  const ledger = join(dir, 'ledger.jsonl');
  if (!existsSync(ledger)) return [];
  return readFileSync(ledger, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Resource];
      } catch {
        return [];
      }
    });
}
