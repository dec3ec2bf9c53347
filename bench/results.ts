import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

/** One measurement, as Markdown. */
export interface Section {
  title: string;
  lines: string[];
}

const [BEGIN, END] = ['<!-- measured: begin -->', '<!-- measured: end -->'];

/** Puts the measurements between the two marks of the file, with the machine and the day. */
export function writeResults(path: string, text: string): void {
  const old = readFileSync(path, 'utf8');
  const [head, rest] = old.split(BEGIN);
  const tail = rest?.split(END)[1];
  if (head === undefined || tail === undefined) throw new Error(`${path} has lost its marks ${BEGIN} and ${END}.`);
  const where = `Measured on ${new Date().toISOString().slice(0, 10)} with \`npm run bench -- --write\`: ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}.`;
  writeFileSync(path, `${head}${BEGIN}\n${where}\n\n${text}${END}${tail}`);
}

/** The value below which the given part of the samples lies (nearest rank). `part` is between 0 and 1. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))] ?? Number.NaN;
}

/** The value in the middle (nearest rank). */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

export function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

/** `×1.5`: so many times the base. From 10 on without decimals. */
export function times(value: number, base: number, decimals = 1): string {
  return `×${(value / base).toFixed(value / base < 10 ? decimals : 0)}`;
}

export function table(head: string[], rows: (string | number)[][]): string[] {
  return [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ];
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
