import { expect, test } from 'vitest';
import { linesOfRollouts } from './rollout.ts';

test('a tool is measured by the whole, and by what of it is not the cluster’s own time', () => {
  const samples = new Map([
    [
      'Hawser',
      [
        { ahead: 100, cluster: 900, behind: 0, peakMb: 50 },
        { ahead: 300, cluster: 100, behind: 0, peakMb: 52 },
        { ahead: 200, cluster: 600, behind: 50, peakMb: 51 },
      ],
    ],
    ['kubectl', [{ ahead: 400, cluster: 1_200, behind: 100, peakMb: 20 }]],
  ]);
  expect(linesOfRollouts(samples).slice(2)).toEqual([
    '| Hawser | 400 ms | 750 ms (×1.00) | 1000 ms | 200 ms | 0 ms | 250 ms (×1.0) | 51 MB |',
    '| kubectl | 1700 ms | 1700 ms (×2.27) | 1700 ms | 400 ms | 100 ms | 500 ms (×2.0) | 20 MB |',
  ]);
});
