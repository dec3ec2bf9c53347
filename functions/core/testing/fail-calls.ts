/** A call of `fail` in a source file. */
export interface FailCall {
  line: number;
  /** undefined when the code is not written as a string. */
  code: string | undefined;
  /** Names in the object literal of details; undefined when the details are no literal that can be read. */
  details: Set<string> | undefined;
}

/** Finds the calls `fail('Code', message, { details })` in TypeScript source. Details in a constant of the same file are looked up there. */
export function failCalls(source: string): FailCall[] {
  const text = withoutComments(source);
  return Array.from(text.matchAll(/(?<![\w.])fail\(/g)).flatMap(({ index }) => {
    if (/function\s+$/.test(text.slice(0, index))) return [];
    const [first = '', , third] = argumentsAt(text, index + 'fail('.length);
    const code = /^'(\w+)'$/.exec(first)?.[1];
    const line = text.slice(0, index).split('\n').length;
    return [{ line, code, details: third === undefined ? new Set<string>() : keysOf(third, text, index) }];
  });
}

/** The names that a literal or a constant gives. What is spread into it may be anything, so it counts for nothing. */
function keysOf(expression: string, text: string, before: number): Set<string> | undefined {
  const literal = expression.startsWith('{') ? expression : constantOf(expression, text, before);
  if (literal === undefined) return undefined;
  const fields = split(literal, 1).map((field) => /^['"]?(\w+)['"]?\s*(:|$)/.exec(field)?.[1]);
  return new Set(fields.filter((name) => name !== undefined));
}

/** The literal of the nearest constant of that name above the call. */
function constantOf(name: string, text: string, before: number): string | undefined {
  if (!/^\w+$/.test(name)) return undefined;
  const found = [...text.slice(0, before).matchAll(new RegExp(`const ${name}\\b[^=]*= (?=\\{)`, 'g'))].at(-1);
  if (found === undefined) return undefined;
  const start = found.index + found[0].length;
  return text.slice(start, endOf(text, start + 1) + 1);
}

function argumentsAt(text: string, start: number): string[] {
  return split(text.slice(start - 1, endOf(text, start) + 1), 1);
}

/** Parts between the commas of a bracketed text that begins before `start`. */
function split(text: string, start: number): string[] {
  const parts: string[] = [];
  let from = start;
  for (let at = start; at < text.length - 1;) {
    if (text[at] === ',') {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
    at = next(text, at);
  }
  parts.push(text.slice(from, -1).trim());
  return parts.filter((part) => part !== '');
}

/** Where the bracket ends that was opened before `start`. */
function endOf(text: string, start: number): number {
  let at = start;
  while (at < text.length && !')]}'.includes(text[at] ?? '')) at = next(text, at);
  return at;
}

/** The place after the character, string or bracketed text at `at`. */
function next(text: string, at: number): number {
  const character = text[at] ?? '';
  if ('([{'.includes(character)) return endOf(text, at + 1) + 1;
  if (`'"`.includes(character)) return afterString(text, at, character);
  if (character === '`') return afterTemplate(text, at);
  return at + 1;
}

function afterString(text: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < text.length && text[at] !== quote) at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function afterTemplate(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '`') {
    if (text.startsWith('${', at)) at = endOf(text, at + 2) + 1;
    else at += text[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}

/** Comments become blanks of the same lines. Good enough for formatted source: no `//` inside a string follows a blank there. */
function withoutComments(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[\s;{(])\/\/ .*$/gm, '$1');
}
