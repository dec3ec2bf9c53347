import { stat } from 'node:fs/promises';
import { fail, ReleaseError } from '../../functions/core/errors.ts';
import { judge, supportedTools, type GateReport, type Report } from '../../scanners/gate.ts';
import { required, type Command } from '../command.ts';
import type { ExitCode } from '../exit-code.ts';
import { readText } from '../files.ts';
import { printable } from '../text.ts';

const exits: Readonly<Record<GateReport['verdict'], ExitCode>> = { pass: 0, block: 3, invalid: 2 };

/** A report of a repository's scan is far smaller; what is larger is no such thing. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Judges the reports that a scanner wrote. Shows where a secret is, never the secret. */
export const gateCommand: Command = {
  name: 'gate',
  summary: 'Judge the reports of a scanner: pass, block, or invalid when a report cannot be trusted.',
  positionals: ['REPORT…'],
  options: { tool: { value: 'NAME', isRequired: true, help: `who wrote the reports: ${supportedTools.join(', ')}` } },
  run: async (input) => {
    const tool = required(input, 'tool');
    const report = judge(tool, await Promise.all(input.positionals.map(readReport)));
    if (report === undefined) {
      const known = supportedTools.join(', ');
      throw fail('InputInvalid', `gate cannot read reports of ${JSON.stringify(tool)}; supported now: ${known}.`);
    }
    return { json: report, text: printable(describe(report)), exit: exits[report.verdict] };
  },
};

/** A report that is not there is a verdict (`invalid`), not a failure of this command. */
async function readReport(name: string): Promise<Report> {
  try {
    if ((await stat(name)).size > MAX_BYTES) return { name, text: { missing: `is larger than ${MAX_BYTES} bytes` } };
    return { name, text: await readText(name) };
  } catch (error) {
    if (error instanceof ReleaseError) return { name, text: { missing: error.message.slice(name.length + 1, -1) } };
    return { name, text: { missing: 'cannot be read: there is no such file' } };
  }
}

function describe({ tool, verdict, reasons, findings }: GateReport): string {
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  // Of reports that cannot be trusted a number of findings would say too much.
  const found = verdict === 'invalid' ? '' : `, ${count}`;
  return [`${tool}: ${verdict}${found}.`, ...reasons.map((reason) => `  ${reason}`)].join('\n');
}
