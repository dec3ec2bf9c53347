import { plain } from './plain.ts';
import { counted, type Sentence } from './sentence.ts';

/**
 * Whatever means something to Markdown, to GitHub's extensions of it (tables, mathematics, links to addresses, people, issues) or to HTML.
 * As a character reference it stands for itself only: CommonMark, "Entity and numeric character references".
 */
const active = /[&<>|\\`*_~[\]!#@:$^{}"'=]|(?<=www)\./giu;

/** A word of plain letters with its punctuation, or a short number. Nothing of it is a link, a name, a number, a commit or an emoji. */
const word = /^(?:[("]?\p{L}{1,30}(?:['’-]\p{L}{1,30}){0,3}[)"]?[.,;:!?]?|\d{1,6}[,;:]?)$/u;

/**
 * Data inside a line or a cell. In `code` GitHub makes no links to people, issues and commits. The comment parts an address for mail in
 * two, which the parser would make a link of even here.
 */
export function code(text: string, length?: number): string {
  const line = plain(text, length);
  if (line === '') return '';
  return `<code>${line.replace(active, reference)}</code>`;
}

function reference(character: string): string {
  const point = `&#${character.codePointAt(0)};`;
  return character === '@' ? `${point}<!-- -->` : point;
}

/** A sentence that has data in it, one does not see where: plain words stay as they are, all else is data. */
export function prose(text: string, length = 600): string {
  const words = plain(text, length).split(' ');
  let line = '';
  let held: string[] = [];
  const flush = (): void => {
    if (held.length > 0) {
      // The mark at its end is of the sentence.
      const [, data = '', mark = ''] = /^(.+?)([,;:.]?)$/u.exec(held.join(' ')) ?? [];
      line += `${line === '' ? '' : ' '}${code(data, length)}${mark}`;
    }
    held = [];
  };
  for (const each of words) {
    if (!word.test(each)) held.push(each);
    else {
      flush();
      line += `${line === '' ? '' : ' '}${each.replace(/["']/gu, reference)}`;
    }
  }
  flush();
  return line;
}

/** A sentence of ours. */
export function sentence(parts: Sentence, length?: number): string {
  return parts.map((part) => (typeof part === 'string' ? part : code(part.data, length))).join('');
}

/** A block of code: its fence is longer than any in it. */
export function block(text: string, language: string): string {
  const runs = text.match(/`+/gu) ?? [];
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return `${fence}${language}\n${text}\n${fence}`;
}

/** A table of rows that are written already. */
export function markdownTable(head: readonly string[], rows: readonly string[]): string {
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows].join('\n');
}

/** A row of cells that are Markdown already. */
export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** What is not shown, where something is. */
export function moreOf(more: number, noun: string, begin = ''): string[] {
  if (more === 0) return [];
  return [
    `${begin}**${counted(more, `more ${noun}`)} not shown here:** the output of ${code('hawser gate --json')} has all.`,
  ];
}
