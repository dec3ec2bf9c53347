import { EVENT_ID, SCALAR_STYLE, getScalarValue, type Event, type ScalarEvent } from 'js-yaml';
import { childPointer, type Pointer } from './position.ts';
import { keyProblem, valueProblem } from './yaml-scalar.ts';
import { grow, leave, merge, stop, type DocumentLimits, type Frame, type Scan, type Walk } from './yaml-walk.ts';

/** Stands for a merge key that waits for its value: text that no file has, see splitDocuments. */
const MERGE = '<<\0';

/**
 * Walks the events of one document once, before anything is built of them: where each value is written, what is wrong about
 * keys and scalars, and how large it becomes. Stops at the first limit that is passed.
 */
export function scanDocument(events: readonly Event[], text: string, limits: DocumentLimits): Scan {
  const scan: Scan = { places: new Map(), problems: [] };
  const walk: Walk = { text, limits, scan, stack: [], anchors: new Map(), values: 0, aliases: 0 };
  for (const [index, event] of events.entries()) {
    if (event.type === EVENT_ID.DOCUMENT && index > 0) {
      const message = 'kubectl does not read a document that begins after ... alone: begin it with ---';
      stop(walk, offsetOf(events[index + 1] ?? event), '', message);
      break;
    }
    if (!take(walk, event)) break;
  }
  return scan;
}

/** False when the walk is over. */
function take(walk: Walk, event: Event): boolean {
  if (event.type === EVENT_ID.DOCUMENT) return true;
  if (event.type === EVENT_ID.POP) {
    const frame = walk.stack.pop();
    if (frame !== undefined) leave(walk, frame);
    return true;
  }
  const frame = walk.stack.at(-1);
  const isKey = frame !== undefined && frame.index === undefined && frame.key === undefined;
  if (isKey && event.type === EVENT_ID.SCALAR) return readKey(walk, event, frame);
  const offset = offsetOf(event);
  if (isKey) {
    const message = 'a key must be a string; a template such as {{ … }} has to be rendered first';
    return stop(walk, offset, frame.pointer, message);
  }
  const { pointer, into } = next(frame);
  const end = event.type === EVENT_ID.SCALAR ? event.valueEnd : offset;
  walk.scan.places.set(pointer, { start: walk.scan.places.get(pointer)?.start ?? offset, end: Math.max(end, offset) });
  if (event.type === EVENT_ID.ALIAS) return readAlias(walk, event, pointer, into);

  walk.values++;
  if (walk.values > walk.limits.values) return stop(walk, offset, pointer, tooMany(walk));
  const anchor = event.anchorStart < 0 ? undefined : walk.text.slice(event.anchorStart, event.anchorEnd);
  const index = event.type === EVENT_ID.SEQUENCE ? 0 : undefined;
  const own: Frame = {
    pointer, anchor, index, into,
    key: undefined, keys: new Set(), merged: new Set(), values: 1, depth: 0,
  }; // prettier-ignore
  if (event.type !== EVENT_ID.SCALAR) walk.stack.push(own);
  else {
    leave(walk, own);
    const problem = isPlain(event) ? valueProblem(walk.text.slice(event.valueStart, event.valueEnd)) : undefined;
    if (problem !== undefined) walk.scan.problems.push({ offset, path: pointer, message: problem });
  }
  return true;
}

function readKey(walk: Walk, event: ScalarEvent, frame: Frame): true {
  const key = getScalarValue(walk.text, event);
  const isMerge = isPlain(event) && key === '<<';
  const offset = offsetOf(event);
  const path = childPointer(frame.pointer, key);
  const say = (message: string): number => walk.scan.problems.push({ offset, path, message });
  const problem = isPlain(event) && !isMerge ? keyProblem(key) : undefined;
  if (problem !== undefined) say(problem);
  if (frame.keys.has(key)) say('the key is there twice');
  if (key === '__proto__') say('this key is not allowed');
  frame.key = isMerge ? MERGE : key;
  frame.keys.add(key);
  walk.scan.places.set(path, { start: offset, end: Math.max(event.valueEnd, offset) });
  return true;
}

/** Where the value that begins now belongs. */
function next(frame: Frame | undefined): { pointer: Pointer; into: Frame | undefined } {
  if (frame === undefined) return { pointer: '', into: undefined };
  if (frame.index !== undefined) {
    return { pointer: childPointer(frame.pointer, frame.index++), into: frame.into };
  }
  const isMerge = frame.key === MERGE;
  const pointer = childPointer(frame.pointer, isMerge ? '<<' : (frame.key ?? ''));
  frame.key = undefined;
  return { pointer, into: isMerge ? frame : undefined };
}

function readAlias(walk: Walk, event: Event, pointer: Pointer, into: Frame | undefined): boolean {
  const offset = offsetOf(event);
  const name = event.type === EVENT_ID.ALIAS ? walk.text.slice(event.anchorStart, event.anchorEnd) : '';
  const { limits, stack } = walk;
  if (stack.some(({ anchor }) => anchor === name)) {
    return stop(walk, offset, pointer, `*${name} stands inside the value that it names`);
  }
  walk.aliases++;
  if (walk.aliases > limits.aliases) return stop(walk, offset, pointer, `has more than ${limits.aliases} aliases`);
  const named = walk.anchors.get(name);
  // An anchor that is not there is told when the document is built.
  if (named === undefined) return true;
  walk.values += named.values;
  if (walk.values > limits.values) return stop(walk, offset, pointer, tooMany(walk));
  if (stack.length + named.depth > limits.depth) {
    return stop(walk, offset, pointer, `is nested deeper than ${limits.depth} once its aliases are written out`);
  }
  grow(stack.at(-1), named);
  if (into !== undefined) merge(walk, named.keys, into, offset);
  return true;
}

function tooMany({ limits }: Walk): string {
  return `has more than ${limits.values} values once its aliases are written out`;
}

function isPlain({ style, tagStart }: ScalarEvent): boolean {
  return style === SCALAR_STYLE.PLAIN && tagStart < 0;
}

function offsetOf(event: Event): number {
  if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return 0;
  if (event.type === EVENT_ID.SCALAR) return Math.max(event.valueStart, event.anchorStart, 0);
  return event.type === EVENT_ID.ALIAS ? event.anchorStart : event.start;
}
