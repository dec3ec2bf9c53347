import { open } from 'node:fs/promises';
import * as z from 'zod';
import { fail } from '../functions/core/errors.ts';
import type { Read } from '../scanners/policy/decision.ts';
import { parseReport, type Coverage, type Parsed } from '../scanners/report.ts';
import { parserOf, supportedTools } from '../scanners/tools.ts';
import { readText } from './files.ts';

const CHUNK_BYTES = 256 * 1024;

/** A report as it was named on the command line. */
interface Named {
  tool: string;
  path: string;
}

/**
 * `trivy=report.json`, or a path alone for the tool of `--tool`. Throws InputInvalid with every one that names no tool or one whose
 * reports cannot be read.
 */
export function namedReports(words: readonly string[], tool: string | undefined): Named[] {
  const named = words.map((word): Named | { problem: string } => {
    const [, prefix, path] = /^([a-z][a-z0-9-]*)=(.+)$/s.exec(word) ?? [];
    if (prefix !== undefined && path !== undefined && (tool === undefined || supportedTools.includes(prefix)))
      return known(prefix, path);
    if (tool !== undefined) return known(tool, word);
    return { problem: `${word} names no tool: write trivy=${word}, or give --tool` };
  });
  const problems = new Set(named.flatMap((one) => ('problem' in one ? one.problem : [])));
  if (problems.size > 0) throw fail('InputInvalid', `gate: ${[...problems].join('; ')}.`);
  return named.flatMap((one) => ('problem' in one ? [] : one));
}

function known(tool: string, path: string): Named | { problem: string } {
  if (supportedTools.includes(tool)) return { tool, path };
  return { problem: `cannot read reports of ${JSON.stringify(tool)}; supported now: ${supportedTools.join(', ')}` };
}

/** Reads the reports, one after another as streams. One that is not there is `invalid`, not a failure of the command. */
export async function readReports(
  named: readonly Named[],
  coverage: Readonly<Record<string, Coverage>>,
  say: (line: string) => void,
): Promise<Read[]> {
  const reads: Read[] = [];
  for (const { tool, path } of named) {
    say(`reading ${path} of ${tool}`);
    const covered = Object.hasOwn(coverage, tool) ? coverage[tool] : undefined;
    const parsed = await readReport(tool, path);
    reads.push({ tool, name: path, parsed, ...(covered === undefined ? {} : { coverage: covered }) });
  }
  return reads;
}

async function readReport(tool: string, path: string): Promise<Parsed> {
  const parser = await parserOf(tool);
  if (parser === undefined) return { valid: false, reason: `is of ${tool}, whose reports cannot be read` };
  try {
    return await parseReport(parser, chunksOf(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code;
    return { valid: false, reason: `cannot be read: ${why}` };
  }
}

/** The bytes of a file, in a buffer that is filled anew for each chunk. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  await using file = await open(path);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(chunk);
    if (bytesRead === 0) return;
    yield chunk.subarray(0, bytesRead);
  }
}

const count = z.int().nonnegative().optional();
const Coverages = z.record(
  z.string(),
  z.strictObject({ targets: count, files: count, packages: count, commits: count, projects: count, rules: count }),
);

/** What the runs of the scanners are known to have covered, by tool. Throws InputInvalid with every problem of the file. */
export async function readCoverage(path: string | undefined): Promise<Record<string, Coverage>> {
  if (path === undefined) return {};
  const text = await readText(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fail('InputInvalid', `${path} is not JSON.`, {}, error);
  }
  const read = Coverages.safeParse(json);
  if (read.success) return read.data as Record<string, Coverage>;
  const problems = read.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`);
  throw fail('InputInvalid', `${path} does not tell coverage: ${problems.join('; ')}.`, { problems });
}
