/** Letters of double width in a terminal, by Unicode's East Asian Width and the emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** How many columns the text takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/** The text in at most `width` columns; … stands for what is cut, at the end or at the start. */
export function fit(text: string, width: number, cut: 'end' | 'start' = 'end'): string {
  if (widthOf(text) <= width) return text;
  const characters = cut === 'end' ? Array.from(text) : Array.from(text).reverse();
  let kept = '';
  for (const character of characters) {
    const next = cut === 'end' ? kept + character : character + kept;
    if (widthOf(next) > width - 1) break;
    kept = next;
  }
  return cut === 'end' ? `${kept}…` : `…${kept}`;
}

/** The text on lines of at most `width` columns, broken at spaces where there are some. Later lines begin with `indent`. */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const room = (): number => width - (lines.length === 0 ? 0 : indent.length);
  const push = (): void => {
    lines.push(lines.length === 0 ? line : `${indent}${line}`);
    line = '';
    used = 0;
  };
  for (const word of text.split(' ')) {
    const wordWidth = widthOf(word);
    if (line !== '' && used + 1 + wordWidth > room()) push();
    if (line !== '') {
      line += ' ';
      used += 1;
    }
    for (const character of word) {
      const one = widthOf(character);
      if (line !== '' && used + one > room()) push();
      line += character;
      used += one;
    }
  }
  if (line !== '' || lines.length === 0) push();
  return lines;
}

/** How wide each column may be, so that all fit: the widest give first, none below `least`. */
export function columnWidths(
  rows: readonly (readonly string[])[],
  width: number,
  gap: number,
  least: number,
): number[] {
  const widths: number[] = [];
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
  const total = (): number => widths.reduce((sum, one) => sum + one, 0) + gap * Math.max(0, widths.length - 1);
  while (total() > width) {
    const widest = Math.max(...widths);
    if (widest <= least) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}
