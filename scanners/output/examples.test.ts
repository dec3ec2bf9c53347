import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { annotationLines } from './annotations.ts';
import { markdownSummary } from './markdown.ts';
import { sarifLog } from './sarif.ts';
import { terminalText } from './terminal.ts';
import { example } from './testing/example.ts';

const page = join(import.meta.dirname, '..', '..', 'docs', 'scan-reports.md');

function sarifExample(): string {
  const log = JSON.parse(sarifLog(example, { version: '0.1.0', include: 'decided' })) as {
    runs: { tool: { driver: { rules: unknown[] } }; results: unknown[] }[];
  };
  const [run] = log.runs;
  return JSON.stringify({ rule: run?.tool.driver.rules[3], result: run?.results[3] }, null, 2);
}

const examples: readonly (readonly [string, string, string])[] = [
  ['terminal', 'text', terminalText(example, { width: 80, hasColour: false })],
  ['summary', 'markdown', markdownSummary(example, { policyFile: 'scanners/policy.yaml' }).trimEnd()],
  ['annotations', 'text', annotationLines(example).join('\n')],
  ['sarif', 'json', sarifExample()],
];

/** What stands between `<!-- name -->` and the end of the fenced block below it. */
function blockOf(text: string, name: string): RegExpExecArray | null {
  return new RegExp(`<!-- ${name} -->\\n\\n(\`{3,})\\w+\\n(.*?)\\n\\1\\n`, 's').exec(text);
}

describe('docs/scan-reports.md', () => {
  it.each(examples)('shows the %s as it is; UPDATE=1 writes it anew', (name, language, expected) => {
    const text = readFileSync(page, 'utf8');
    const found = blockOf(text, name);
    expect(found).not.toBeNull();
    if (process.env['UPDATE'] === '1' && found !== null) {
      const fence = '`'.repeat(name === 'summary' ? 4 : 3);
      const block = `<!-- ${name} -->\n\n${fence}${language}\n${expected}\n${fence}\n`;
      writeFileSync(page, text.slice(0, found.index) + block + text.slice(found.index + found[0].length));
    }
    expect(blockOf(readFileSync(page, 'utf8'), name)?.[2]).toBe(expected);
  });
});
