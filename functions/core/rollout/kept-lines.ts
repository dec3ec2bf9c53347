import { redactLines } from './redaction.ts';

const most = 20;
const longest = 400;

/** The last lines as a record keeps and shows them: without the secrets that can be told by their shape, each cut to a length. */
export function linesToKeep(lines: readonly string[]): string[] {
  return redactLines(lines.filter((line) => line.trim() !== ''))
    .slice(-most)
    .map((line) => (line.length <= longest ? line : `${line.slice(0, longest - 1)}…`));
}
