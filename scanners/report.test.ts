import { describe, expect, it } from 'vitest';
import type { Finding, Severity } from './finding.ts';
import { invalid } from './invalid.ts';
import { parseReport, type ReportParser } from './report.ts';

const finding = (fingerprint: string, id = 'a', severity: Severity = 'high'): Finding => ({
  id,
  rule: 'rule',
  category: 'code',
  severity,
  location: { path: 'a.ts' },
  fingerprint,
});

/** Each text of a list is the fingerprint of a finding. */
const listOfNames: ReportParser = (sink) => {
  let count = 0;
  return {
    enter: () => 'walk',
    take(path, name) {
      if (typeof name !== 'string') throw invalid(`has an entry ${path.join('.')} that is no text`);
      sink(finding(name, String(count++)));
    },
    end() {
      if (count === 0) throw invalid('has no entry');
      return { coverage: { files: count }, warnings: [] };
    },
  };
};

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

describe('parseReport', () => {
  it('gives the findings and what the report says beside them', async () => {
    expect(await parseReport(listOfNames, bytes('["x", "y"]'))).toEqual({
      valid: true,
      findings: [finding('x', '0'), finding('y', '1')],
      scan: { coverage: { files: 2 }, warnings: [] },
    });
  });

  it('keeps the first of those that are the same', async () => {
    const parsed = await parseReport(listOfNames, bytes('["x", "x"]'));
    expect(parsed).toMatchObject({ findings: [{ fingerprint: 'x', id: '0' }], scan: { coverage: { files: 2 } } });
  });

  it.each([
    ['a worse one', finding('x', 'low', 'low'), finding('x', 'high', 'high')],
    ['one that is not suppressed', { ...finding('x', 'suppressed'), suppressed: { by: 'x' } }, finding('x')],
  ])('keeps %s of the two, whichever comes first', async (_, weak, strong) => {
    for (const both of [
      [weak, strong],
      [strong, weak],
    ]) {
      const parser: ReportParser = (sink) => ({
        ...listOfNames(() => undefined),
        end: () => (both.forEach(sink), { coverage: {}, warnings: [] }),
      });
      expect(await parseReport(parser, bytes('["x"]'))).toMatchObject({ findings: [strong] });
    }
  });

  it('keeps the worse severity of one that is suppressed, beside one that is not', async () => {
    const quiet = { ...finding('x', 'a', 'critical'), suppressed: { by: 'x' } };
    for (const both of [
      [quiet, finding('x')],
      [finding('x'), quiet],
    ]) {
      const parser: ReportParser = (sink) => ({
        ...listOfNames(() => undefined),
        end: () => (both.forEach(sink), { coverage: {}, warnings: [] }),
      });
      const parsed = await parseReport(parser, bytes('["x"]'));
      expect(parsed.valid && parsed.findings).toEqual([finding('x', 'a', 'critical')]);
    }
  });

  it.each([
    ['what the reader finds', '["x"', 'is cut off'],
    ['what the parser finds', '["x", 1]', 'has an entry 1 that is no text'],
    ['what shows at the end', '[]', 'has no entry'],
  ])('is not valid for %s, whatever was found before', async (_, text, reason) => {
    expect(await parseReport(listOfNames, bytes(text))).toEqual({ valid: false, reason });
  });

  it('does not take a mistake of its own, or of the disk, for a report that is not valid', async () => {
    const broken: ReportParser = () => ({ ...listOfNames(() => undefined), take: () => JSON.parse('{') as void });
    await expect(parseReport(broken, bytes('["x"]'))).rejects.toThrow(SyntaxError);
    // oxlint-disable-next-line require-yield -- it fails before there is anything
    async function* failing(): AsyncGenerator<Uint8Array> {
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    }
    await expect(parseReport(listOfNames, failing())).rejects.toThrow('no such file');
  });
});
