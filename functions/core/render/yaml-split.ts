import type { Problem } from './position.ts';

/** One document of a file. */
export interface Chunk {
  text: string;
  /** Lines of the file before it. */
  linesBefore: number;
  /** Why it is not to be read. */
  problems: Problem[];
}

/**
 * The documents of a file, cut at each line that begins with `---`, as kubectl cuts it: YAML has such a line nowhere inside a
 * document. So a document that is no YAML does not hide the faults of the next. Lines that look like a cut and are none
 * are problems, as are characters that mean something else to kubectl.
 */
export function splitDocuments(file: string, text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let chunk: Chunk = { text: '', linesBefore: 0, problems: [] };
  let start = 0;
  const close = (at: number): void => void chunks.push({ ...chunk, text: text.slice(start, at) });
  for (const [index, { at, line }] of linesOf(text).entries()) {
    if (/^---(\s|$)/.test(line)) {
      close(at);
      chunk = { text: '', linesBefore: index, problems: [] };
      start = at;
    }
    const message = problemOf(line, at);
    if (message !== undefined) chunk.problems.push({ file, line: index + 1, message });
  }
  close(text.length);
  return chunks;
}

function linesOf(text: string): { at: number; line: string }[] {
  const lines: { at: number; line: string }[] = [];
  for (let at = 0, next = 0; next !== -1; at = next + 1) {
    next = text.indexOf('\n', at);
    lines.push({ at, line: text.slice(at, next === -1 ? text.length : next) });
  }
  return lines;
}

/** What is wrong with the line that begins at offset `at` of the file. */
function problemOf(line: string, at: number): string | undefined {
  const [strange] = /[\0\u0085\u2028\u2029\ufeff]/.exec(at === 0 ? line.replace('\ufeff', '') : line) ?? [];
  if (strange === '\0') return 'has a zero byte: save the file as UTF-8 (the > of PowerShell writes UTF-16)';
  if (strange === '\ufeff') return 'has a byte order mark that is not at the beginning of the file: remove it';
  if (strange !== undefined) {
    const code = (strange.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `has the character U+${code}, which ends the line for kubectl: write it as "\\u${code}" in double quotes`;
  }
  return /^---\S/.test(line) ? '--- parts documents only when it stands alone on its line' : undefined;
}
