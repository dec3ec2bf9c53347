import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from './lines.ts';

async function collect(chunks: Iterable<Buffer>, maxBytes = 1_000_000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(
    (async function* () {
      yield* chunks;
    })(),
    maxBytes,
  ))
    lines.push(line);
  return lines;
}

test('the cuts between chunks do not matter, not even inside a character', async () => {
  const text = fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ''));
  await fc.assert(
    fc.asyncProperty(fc.array(text), fc.array(fc.nat(200)), async (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
      expect(await collect(chunks)).toEqual(lines);
    }),
  );
});

test('a last line without newline counts; nothing is no line', async () => {
  expect(await collect([Buffer.from('a\nb')])).toEqual(['a', 'b']);
  expect(await collect([])).toEqual([]);
});

test('a line that never ends is refused', async () => {
  function* endless() {
    for (;;) yield Buffer.from('x'.repeat(100));
  }
  await expect(collect(endless(), 1_000)).rejects.toThrow(/longer than 1000 bytes/);
});
