import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isAlive, self, type ProcessId } from './process.ts';
import { undo, type Resource } from './resource.ts';

/** Subnets of the documentation ranges (RFC 5737): a sandbox takes one, so several run side by side. */
const SUBNETS = ['203.0.113', '198.51.100', '192.0.2'].flatMap((net) =>
  [0, 64, 128, 192].map((base) => ({ net, base })),
);

export interface Workspace {
  /** Number of the slot, 0 to 11; names of links and cgroups end with it. */
  readonly slot: number;
  /** Folder that holds everything of this sandbox; removed at the end. */
  readonly dir: string;
  /** `a.b.c` and the first host number of this sandbox's /26. The gateway is base + 1. */
  readonly subnet: { net: string; base: number };
  /** Writes down a thing that outlives a crash, before it is made. */
  record(resource: Resource): void;
  /** Undoes everything recorded, last first, and removes the folder. Never throws: what could not be undone is returned. */
  close(): Promise<string[]>;
}

/** The user's cache folder: built binaries, the venv, images. Kept between runs. */
export function cacheDir(...parts: string[]): string {
  const root =
    process.env['HAWSER_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'hawser');
  const dir = join(root, ...parts);
  mkdirSync(dir, { recursive: true });
  return dir;
}

/** Where running sandboxes keep their state; on a disk, since overlayfs cannot sit on every tmpfs. */
function stateRoot(): string {
  return cacheDir('sandboxes');
}

/** Takes the first free slot, after cleaning up what a killed sandbox left in any of them. */
export async function openWorkspace(): Promise<Workspace> {
  await sweep();
  for (const [slot, subnet] of SUBNETS.entries()) {
    const dir = join(stateRoot(), String(slot));
    if (!claim(dir)) continue;
    return {
      slot,
      dir,
      subnet,
      record: (resource) => appendFileSync(join(dir, 'ledger.jsonl'), JSON.stringify(resource) + '\n'),
      close: () => wipe(dir),
    };
  }
  throw new Error(`All ${SUBNETS.length} sandbox slots are in use. Stop one with: npm run sandbox -- stop`);
}

/** Undoes what dead sandboxes left behind. Returns what could not be undone. */
export async function sweep(): Promise<string[]> {
  const left: string[] = [];
  for (const name of readdirSync(stateRoot())) {
    if (!/^\d+$/.test(name)) continue;
    const dir = join(stateRoot(), name);
    const owner = readOwner(dir);
    if (owner === undefined || isAlive(owner)) continue;
    left.push(...(await wipe(dir)));
  }
  return left;
}

/** Atomic: the owner file is written whole beside its place, then linked there; the link fails where one is already. */
function claim(dir: string): boolean {
  mkdirSync(dir, { recursive: true });
  const mine = join(stateRoot(), `.owner-${process.pid}-${randomUUID()}`);
  writeFileSync(mine, JSON.stringify(self()));
  try {
    linkSync(mine, join(dir, 'owner.json'));
    return true;
  } catch {
    return false;
  } finally {
    rmSync(mine);
  }
}

function readOwner(dir: string): ProcessId | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'owner.json'), 'utf8')) as ProcessId;
  } catch {
    return undefined;
  }
}

async function wipe(dir: string): Promise<string[]> {
  const ledger = join(dir, 'ledger.jsonl');
  const entries = existsSync(ledger)
    ? readFileSync(ledger, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Resource)
    : [];
  const left: string[] = [];
  for (const entry of entries.reverse()) {
    const problem = await undo(entry);
    if (problem !== undefined) left.push(problem);
  }
  if (left.length === 0) rmSync(dir, { recursive: true, force: true });
  return left;
}
