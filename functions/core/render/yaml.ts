import { CORE_SCHEMA, YAMLException, constructFromEvents, mergeTag, parseEvents } from 'js-yaml';
import { locate, type Pointer, type Position, type Problem } from './position.ts';
import { integerTag } from './yaml-scalar.ts';
import { scanDocument } from './yaml-scan.ts';
import { splitDocuments, type Chunk } from './yaml-split.ts';
import type { Scan } from './yaml-walk.ts';

/** How much is read: 256 KiB hold every manifest that people write. */
const manifestLimits = { bytes: 256 * 1024, values: 50_000 };
const maxDepth = 64;
const maxAliases = 64;

export interface YamlDocument {
  value: unknown;
  /**
   * Where the value at the pointer is written, or its nearest parent. `part` is a piece of a text that may have many lines:
   * then it is the line of that piece.
   */
  locate: (pointer: Pointer, part?: string) => Position;
}

/** YAML 1.2 with merge keys. What kubectl would read otherwise is refused, see `valueProblem`. */
const schema = CORE_SCHEMA.withTags(mergeTag, integerTag);

/**
 * The documents of one YAML (or JSON) file, empty ones left out, and every problem with its line.
 * Bytes, depth and aliases are bounded before anything is built; duplicate keys, unknown tags, keys that are no strings and
 * values that kubectl would read otherwise are problems. What it returns is plain data without shared parts. Never throws.
 */
export function readYaml(
  file: string,
  text: string,
  limits = manifestLimits,
): { documents: YamlDocument[]; problems: Problem[] } {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > limits.bytes) {
    return { documents: [], problems: [{ file, message: `is ${bytes} bytes; expected at most ${limits.bytes}` }] };
  }
  const read = splitDocuments(file, text).map((chunk) => readDocument(file, chunk, limits.values));
  return {
    documents: read.flatMap(({ documents }) => documents),
    problems: read.flatMap((one) => one.problems),
  };
}

function readDocument(
  file: string,
  { text, linesBefore, problems }: Chunk,
  values: number,
): { documents: YamlDocument[]; problems: Problem[] } {
  if (problems.length > 0) return { documents: [], problems };
  const lineAt = lineCounter(text, linesBefore);
  try {
    const events = parseEvents(text, { maxDepth });
    const scan = scanDocument(events, text, { values, depth: maxDepth, aliases: maxAliases });
    if (scan.problems.length > 0) {
      const found = scan.problems.map(({ offset, ...problem }) => ({ file, line: lineAt(offset), ...problem }));
      return { documents: [], problems: found };
    }
    const value = plain(constructFromEvents(events, { source: text, schema, maxAliases })[0]);
    if (value === null || value === undefined) return { documents: [], problems: [] };
    const line = (pointer: Pointer, part?: string): number | undefined => lineOf(scan, text, lineAt, pointer, part);
    return { documents: [{ value, locate: (pointer, part) => locate(file, line, pointer, part) }], problems: [] };
  } catch (error) {
    return { documents: [], problems: [syntaxProblem(file, text, linesBefore, error)] };
  }
}

function syntaxProblem(file: string, text: string, linesBefore: number, error: unknown): Problem {
  if (!(error instanceof YAMLException)) {
    return { file, message: error instanceof Error ? error.message : 'is not YAML' };
  }
  // What is missing at the end is missing on the last line that has something, not on the line after.
  const last = text.trimEnd().split('\n').length;
  return {
    file,
    ...(error.mark === undefined ? {} : { line: linesBefore + Math.min(error.mark.line + 1, last) }),
    message: `is not valid YAML: ${error.reason}`,
  };
}

function lineOf(
  { places }: Scan,
  text: string,
  lineAt: (offset: number) => number,
  pointer: Pointer,
  part: string | undefined,
): number | undefined {
  const place = places.get(pointer);
  if (place === undefined) return undefined;
  const found = part === undefined ? -1 : text.slice(place.start, place.end).indexOf(part);
  return lineAt(place.start + Math.max(found, 0));
}

/** Own copies all the way down: an alias is one object in many places, and a patch to one would change the others. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** The line (from 1) at an offset, in the logarithm of the number of lines: a file may have a hundred thousand. */
function lineCounter(text: string, linesBefore: number): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) > offset) high = middle;
      else low = middle;
    }
    return linesBefore + low + 1;
  };
}
