import { expect, test } from 'vitest';
import { run } from './testing/run.ts';
import { world } from './testing/world.ts';

type World = ReturnType<typeof world>;

/** A world whose app comes with a CronJob of these images. */
function withImages(...images: string[]): World {
  const w = world();
  const containers = images.map((image, index) => ({ name: `c${index}`, image }));
  const job = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly' },
    spec: {
      schedule: '0 3 * * *',
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers } } } },
    },
  };
  w.ports.manifests = new Map([...w.ports.manifests, ['base/nightly.yaml', JSON.stringify(job)]]);
  return w;
}

const nginx =
  'Image nginx:1 has no digest, and no verdict covers it: container c1 of CronJob shop/nightly (k8s/base/nightly.yaml:1).';

test('a release pins the app’s image in any spelling, and says which image has no digest', async () => {
  const w = withImages('REGISTRY.TEST:443/acme/shop:latest', 'nginx:1');
  const release = await run(w, w.ship('good'));
  expect(release).toMatchObject({ outcome: 'succeeded', notes: expect.arrayContaining([nginx]) as unknown });
  const applied = JSON.stringify(w.applied());
  expect(applied).toContain(`{"name":"c0","image":"${release.image}"},{"name":"c1","image":"nginx:1"}`);
});

test('a plan says it, too', async () => {
  const w = withImages('registry.test/acme/shop', 'nginx:1');
  const release = await run(w, { ...w.ship('good'), plan: true });
  expect(release).toMatchObject({ outcome: 'planned', notes: expect.arrayContaining([nginx]) as unknown });
});

test('many images leave room for other notes, and the command that shows all', async () => {
  const w = withImages(...Array.from({ length: 30 }, (_, index) => `tool-${index}:1`));
  const { notes = [], image } = await run(w, w.ship('good'));
  expect(notes.filter((note) => note.startsWith('Image tool-'))).toHaveLength(9);
  expect(notes).toContain(
    `The manifests have 21 more notes; see all of them with: npx hawser render --environment production --image ${image}`,
  );
});
