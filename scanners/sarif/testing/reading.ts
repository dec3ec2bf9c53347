import type { Finding } from '../../finding.ts';
import { parseReport, type Parsed, type ReportParser } from '../../report.ts';

/** Reads a report that comes in pieces of these sizes, over and over. */
export async function read(
  parser: ReportParser,
  report: unknown,
  sizes: readonly number[] = [65_536],
): Promise<Parsed> {
  const text = typeof report === 'string' ? report : JSON.stringify(report);
  return parseReport(parser, inPieces(new TextEncoder().encode(text), sizes));
}

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let [at, turn] = [0, 0]; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** Whether a report stops a release under the plainest policy: it is not valid, or has a leak, or what is high or worse. */
export function stops(parsed: Parsed): boolean {
  return !parsed.valid || parsed.findings.some(blocks);
}

export function blocks({ category, severity, suppressed }: Finding): boolean {
  return suppressed === undefined && (category === 'secret' || severity === 'critical' || severity === 'high');
}
