import type { Severity } from '../finding.ts';
import type { EndOfLife, Judged } from '../policy/decision.ts';
import { columnWidths, fit, padTo } from './columns.ts';
import { fixOf, nameOf, packageOf, placeOf, toolsOf } from './finding-text.ts';
import { plain, plainPath } from './plain.ts';
import { counted } from './sentence.ts';

export interface TerminalOptions {
  /** In columns; 40 at least. */
  width: number;
  hasColour: boolean;
}

const MOST = 100;

/** SGR: bold red, red, yellow, cyan. What is not rated is as loud as what is high. */
const colours: Partial<Record<Severity, string>> = {
  critical: '1;31',
  high: '31',
  unknown: '31',
  medium: '33',
  low: '36',
};

/** The column of places: what is cut there is the start. */
const WHERE = 4;

/** What blocks, a line each, below a head. No line is wider than `width`. */
export function blockingTable(
  blocking: readonly (Judged | EndOfLife)[],
  width: number,
  options: TerminalOptions,
): string[] {
  if (blocking.length === 0) return [];
  const shown = blocking.slice(0, MOST);
  const cells = [['SEVERITY', 'WHAT', 'PACKAGE', 'FIXED IN', 'WHERE', 'TOOL'], ...shown.map(cellsOf)];
  // A column with nothing in it, or that says least, takes the room of the others.
  const used = (width < 100 ? [0, 1, 2, 3, WHERE] : [0, 1, 2, 3, WHERE, 5]).filter((column) =>
    cells.some((row, at) => at > 0 && row[column] !== ''),
  );
  const rows = cells.map((row) => used.map((column) => row[column] ?? ''));
  const widths = columnWidths(rows, width - 2, 2, Math.min(8, Math.floor((width - 2) / used.length) - 2));
  const where = used.indexOf(WHERE);
  const lines = rows.map((row, at) => {
    const fitted = row.map((cell, column) => {
      const text = padTo(fit(cell, widths[column] ?? 0, column === where ? 'start' : 'end'), widths[column] ?? 0);
      const severity = column === 0 && at > 0 ? shown[at - 1] : undefined;
      return severity !== undefined && 'tools' in severity
        ? paint(text, colours[severity.severity] ?? '', options)
        : text;
    });
    return `  ${fitted.join('  ')}`.trimEnd();
  });
  const more = blocking.length - shown.length;
  return ['', ...lines, ...(more > 0 ? [`  … and ${counted(more, 'more row')}: hawser gate --json has all`] : [])];
}

function cellsOf(one: Judged | EndOfLife): string[] {
  if (!('tools' in one)) return ['', plain(one.id, 100), '', '', plainPath(one.subject, 120), plain(one.tool, 40)];
  const fix = fixOf(one);
  const to = fix === undefined ? '' : 'words' in fix ? fix.words : fix.version;
  return [one.severity, nameOf(one), packageOf(one) ?? '', to, placeOf(one, 120), toolsOf(one)];
}

/** The text in that colour, when colours are wanted. */
export function paint(text: string, colour: string, { hasColour }: TerminalOptions): string {
  return hasColour && colour !== '' ? `\u001b[${colour}m${text}\u001b[0m` : text;
}
