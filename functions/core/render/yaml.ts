import {
  CORE_SCHEMA,
  EVENT_ID,
  NOT_RESOLVED,
  SCALAR_STYLE,
  YAMLException,
  constructFromEvents,
  defineScalarTag,
  getScalarValue,
  intCoreTag,
  mergeTag,
  parseEvents,
  type Event,
  type ScalarEvent,
} from 'js-yaml';
import { childPointer, locate, type Pointer, type Position, type Problem } from './position.ts';

/**
 * How much is read: 256 KiB hold every manifest that people write. `values` counts what is there after aliases are
 * written out; 64 aliases of aliases can name billions.
 */
const manifestLimits = { bytes: 256 * 1024, values: 50_000 };
const maxDepth = 64;
const maxAliases = 64;

export interface YamlDocument {
  value: unknown;
  /** Where the value at the pointer is written, or its nearest parent. */
  locate: (pointer: Pointer) => Position;
}

/** YAML 1.2 with merge keys, and 0644 read as octal: kubectl reads it so, and a file mode must not change with the tool. */
const schema = CORE_SCHEMA.withTags(
  mergeTag,
  defineScalarTag<number>(intCoreTag.tagName, {
    implicit: true,
    implicitFirstChars: intCoreTag.implicitFirstChars,
    identify: intCoreTag.identify,
    resolve: (source, isExplicit, tagName) =>
      /^[-+]?0[0-7]+$/.test(source) ? Number.parseInt(source, 8) : intCoreTag.resolve(source, isExplicit, tagName),
  }),
);

/**
 * The documents of one YAML (or JSON) file, empty ones left out, and every problem with its line.
 * Bytes, depth and aliases are bounded; duplicate keys, unknown tags, keys that are no strings and values that
 * kubectl would read otherwise are problems. What it returns is plain data without shared parts. Never throws.
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
  const lineAt = lineCounter(text);
  const problems: Problem[] = [];
  const documents: YamlDocument[] = [];
  try {
    for (const events of splitDocuments(parseEvents(text, { maxDepth }))) {
      const scan = scanDocument(events, text);
      const found = scan.problems.map(({ offset, ...problem }) => ({ file, line: lineAt(offset), ...problem }));
      problems.push(...found);
      if (found.length > 0) continue;
      const value = plain(constructFromEvents(events, { source: text, schema, maxAliases })[0], limits.values);
      if (value === null || value === undefined) continue;
      const lines = new Map([...scan.offsets].map(([pointer, offset]) => [pointer, lineAt(offset)]));
      documents.push({ value, locate: (pointer) => locate(file, lines, pointer) });
    }
  } catch (error) {
    problems.push(syntaxProblem(file, error));
  }
  return { documents, problems };
}

function syntaxProblem(file: string, error: unknown): Problem {
  if (!(error instanceof YAMLException)) {
    return { file, message: error instanceof Error ? error.message : 'is not YAML' };
  }
  return {
    file,
    ...(error.mark === undefined ? {} : { line: error.mark.line + 1 }),
    message: `is not valid YAML: ${error.reason}`,
  };
}

/** Each document's events by themselves, so that a fault in one does not hide the faults of the next. */
function splitDocuments(events: Event[]): Event[][] {
  const documents: Event[][] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) documents.push([]);
    documents.at(-1)?.push(event);
  }
  return documents;
}

interface Scan {
  offsets: Map<Pointer, number>;
  problems: { offset: number; path?: Pointer; message: string }[];
}

interface Frame {
  pointer: Pointer;
  /** Index of the next item, for a sequence. */
  index?: number;
  /** For a mapping: the key that waits for its value. */
  key?: string;
  keys?: Set<string>;
}

/** Walks the events once: where each value is written, and what is wrong about keys and scalars. */
function scanDocument(events: Event[], text: string): Scan {
  const scan: Scan = { offsets: new Map(), problems: [] };
  const stack: Frame[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) continue;
    if (event.type === EVENT_ID.POP) {
      stack.pop();
      continue;
    }
    const offset = offsetOf(event);
    const frame = stack.at(-1);
    if (frame?.keys !== undefined && frame.key === undefined) {
      if (event.type !== EVENT_ID.SCALAR) {
        scan.problems.push({
          offset,
          path: frame.pointer,
          message: 'a key must be a string; a template such as {{ … }} has to be rendered first',
        });
        return scan;
      }
      frame.key = readKey(event, text, frame, scan);
      continue;
    }
    const pointer = nextPointer(frame);
    if (!scan.offsets.has(pointer)) scan.offsets.set(pointer, offset);
    if (event.type === EVENT_ID.SCALAR) scalarProblem(event, text, pointer, scan);
    if (event.type === EVENT_ID.MAPPING) stack.push({ pointer, keys: new Set() });
    if (event.type === EVENT_ID.SEQUENCE) stack.push({ pointer, index: 0 });
  }
  return scan;
}

function readKey(event: ScalarEvent, text: string, frame: Frame, scan: Scan): string {
  const key = getScalarValue(text, event);
  const path = childPointer(frame.pointer, key);
  if (frame.keys?.has(key)) scan.problems.push({ offset: event.valueStart, path, message: 'the key is there twice' });
  if (key === '__proto__') scan.problems.push({ offset: event.valueStart, path, message: 'this key is not allowed' });
  frame.keys?.add(key);
  scan.offsets.set(path, event.valueStart);
  return key;
}

function nextPointer(frame: Frame | undefined): Pointer {
  if (frame === undefined) return '';
  if (frame.index !== undefined) return childPointer(frame.pointer, frame.index++);
  const pointer = childPointer(frame.pointer, frame.key ?? '');
  delete frame.key;
  return pointer;
}

function scalarProblem(event: ScalarEvent, text: string, path: Pointer, scan: Scan): void {
  const source = text.slice(event.valueStart, event.valueEnd);
  if (event.style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0) return;
  const offset = event.valueStart;
  if (/^(yes|no|on|off)$/i.test(source)) {
    const message = `${source} is a boolean to kubectl and a string to YAML 1.2: write true, false or "${source}"`;
    scan.problems.push({ offset, path, message });
  }
  const number = intCoreTag.resolve(source, false, intCoreTag.tagName);
  if (number !== NOT_RESOLVED && !Number.isSafeInteger(number)) {
    scan.problems.push({ offset, path, message: `${source} is too large to be kept exactly: put it in quotes` });
  }
}

function offsetOf(event: Exclude<Event, { type: typeof EVENT_ID.DOCUMENT | typeof EVENT_ID.POP }>): number {
  if (event.type === EVENT_ID.SCALAR) return Math.max(event.valueStart, 0);
  return event.type === EVENT_ID.ALIAS ? event.anchorStart : event.start;
}

/** Own copies all the way down: an alias is one object in many places, and a patch to one would change the others. */
function plain(root: unknown, maxValues: number): unknown {
  let left = maxValues;
  const copy = (value: unknown, depth: number): unknown => {
    if (left-- <= 0) throw new Error(`has more than ${maxValues} values once its aliases are written out`);
    if (depth > maxDepth) throw new Error(`is nested deeper than ${maxDepth} once its aliases are written out`);
    if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item, depth + 1)]));
  };
  return copy(root, 0);
}

function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const after = starts.findIndex((start) => start > offset);
    return after === -1 ? starts.length : after;
  };
}
