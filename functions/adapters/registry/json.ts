import type * as z from 'zod';

export type Read<T> = { value: T } | { problem: string };

/** Reads JSON in UTF-8 strictly, or says in one clause what is wrong with it: others would read a key that is there twice another way. */
export function readJson<T>(bytes: Uint8Array, schema: z.ZodType<T>): Read<T> {
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch {
    return { problem: 'it is not JSON' };
  }
  const twice = doubleKey(text);
  if (twice !== undefined) return { problem: `it has the key ${JSON.stringify(twice.slice(0, 100))} twice` };
  const read = schema.safeParse(json);
  if (read.success) return { value: read.data };
  const issue = read.error.issues[0];
  return { problem: `${issue?.path.join('.') || '(top)'}: ${issue?.message ?? 'invalid'}` };
}

/** The first key that an object of this valid JSON has twice. */
export function doubleKey(text: string): string | undefined {
  /** For each open bracket its keys so far; undefined for an array, which has none. */
  const open: (Set<string> | 'none' | undefined)[] = [];
  let last = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys !== undefined && (last === '{' || last === ',')) {
        const key = JSON.parse(text.slice(at, end)) as string;
        if (keys === 'none') open[open.length - 1] = new Set([key]);
        else if (keys.has(key)) return key;
        else keys.add(key);
      }
      at = end - 1;
    }
    if (!'{}[],:'.includes(char)) continue;
    if (char === '{') open.push('none');
    if (char === '[') open.push(undefined);
    if (char === '}' || char === ']') open.pop();
    last = char;
  }
  return undefined;
}

/** Behind the closing quotation mark of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}
