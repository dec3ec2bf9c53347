import { expect, test } from 'vitest';
import type { Predicate } from '../../scanners/verdict/predicate.ts';
import { run } from './testing/run.ts';
import { world } from './testing/world.ts';

const BY = 'has a verdict by gitleaks 8.30.1, trivy 0.74.0';

test.each<[string, Partial<Predicate>, string]>([
  ['a tool that did not run', { skipped: ['snyk'] }, `${BY}, without snyk`],
  ['each of two that did not', { skipped: ['snyk', 'zap'] }, `${BY}, without snyk, zap`],
  ['none where all ran', { skipped: [] }, BY],
  ['none where the verdict does not tell', {}, BY],
])('the phase and the record of the gate name %s', async (_, change, end) => {
  const w = world();
  const { id } = await run(w, w.ship('good', { verdict: change }));
  const release = await w.ports.releases.get(id);
  const detail = release?.phases.find(({ name }) => name === 'gate')?.detail ?? '';
  expect(detail.slice(detail.indexOf('has a verdict'))).toBe(end);
  if (release?.gate?.state !== 'accepted') throw new Error('the gate did not let it in');
  expect(release.gate.skipped).toEqual(change.skipped);
});
