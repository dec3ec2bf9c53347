import { Buffer } from 'node:buffer';
import { parseReport, type Parsed } from '../../report.ts';
import { snyk } from '../parse.ts';

/** A report as tests change it: they reach into many shapes. */
export type Report = ReturnType<typeof JSON.parse>;

/** Reads a report of one piece, or of the pieces that it is cut into. */
export async function readText(...pieces: readonly (string | Uint8Array)[]): Promise<Parsed> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
  }
  return await parseReport(snyk, chunks());
}

export async function read(report: unknown): Promise<Parsed> {
  return await readText(JSON.stringify(report));
}
