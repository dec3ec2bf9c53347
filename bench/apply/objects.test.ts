import { expect, test } from 'vitest';
import { linesOfObjects } from './objects.ts';

test('one line for each number and tool: medians, and ratios to the first tool of that number', () => {
  const samples = (ms: number[], requests: number) => ms.map((one) => ({ ms: one, requests, peakMb: 50, stdout: '' }));
  const row = (tool: string, count: number, first: number[], again: number[]) => ({
    tool,
    count,
    first: samples(first, 2 * count),
    again: samples(again, 1),
  });
  const rows = [
    row('Hawser', 1, [300, 100, 200], [100]),
    row('kubectl', 1, [400], [50]),
    row('Hawser', 10, [1_000], [100]),
    row('kubectl', 10, [1_000], [200]),
  ];
  expect(linesOfObjects(rows).slice(2)).toEqual([
    '| 1 | Hawser | 200 ms (×1.0) | 2 | 100 ms (×1.0) | 1 | 50 MB |',
    '| 1 | kubectl | 400 ms (×2.0) | 2 | 50 ms (×0.5) | 1 | 50 MB |',
    '| 10 | Hawser | 1000 ms (×1.0) | 20 | 100 ms (×1.0) | 1 | 50 MB |',
    '| 10 | kubectl | 1000 ms (×1.0) | 20 | 200 ms (×2.0) | 1 | 50 MB |',
  ]);
});
