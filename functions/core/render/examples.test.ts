import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitHooks } from '../hooks/hook.ts';
import { renderWithPlaces, type Rendered } from './render.ts';

const pinned = `ghcr.io/acme/shop@sha256:${'ab'.repeat(32)}`;
const revision = 'c0ffee'.repeat(6) + 'abcd';

/** The k8s folder of an example in docs/examples: what the tool printed, as a user would keep it. */
function renderExample(example: string): Rendered {
  const folder = join(import.meta.dirname, '../../../docs/examples', example, 'k8s');
  const files = new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yaml'))
      .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  );
  return renderWithPlaces({
    files,
    overlay: 'overlays/production',
    image: { name: 'ghcr.io/acme/shop', pinned },
    release: { id: 'r', revision, environment: 'production', app: 'shop' },
    pullSecret: 'hawser-pull',
  });
}

const namesOf = ({ objects }: Rendered): string[] =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`);

describe('what helm template prints', () => {
  const rendered = renderExample('helm');

  it('becomes objects: CRDs, Lists and hooks among them, tests left out with a note', () => {
    expect(namesOf(rendered)).toEqual([
      'CustomResourceDefinition -/probes.monitoring.example.com',
      'ServiceAccount shop/shop-shop',
      'ConfigMap shop/shop-shop',
      'Deployment shop/shop-shop',
      'Ingress shop/shop-shop',
      'Service shop/shop-shop',
      'Probe shop/shop-shop',
      'Job shop/shop-shop-migrate',
    ]);
    expect(rendered.notes).toEqual([
      expect.stringMatching(/^k8s\/overlays\/production\/shop\.yaml:\d+: Pod shop\/shop-shop-test is left out: Hawser runs no hook test of Helm$/),
    ]); // prettier-ignore
  });

  it('runs its migration before the deploy, with the same image', () => {
    const { hooks, objects } = splitHooks(rendered.objects);
    expect(objects).toHaveLength(7);
    expect(hooks['post-deploy']).toEqual([]);
    const [job] = hooks['pre-deploy'];
    expect(JSON.stringify(job)).toContain(`"image":"${pinned}"`);
  });

  it('loses what only a live object has, and keeps the chart’s labels but for who manages it', () => {
    const deployment = rendered.objects.find(({ kind }) => kind === 'Deployment');
    expect(JSON.stringify(rendered.objects)).not.toMatch(/creationTimestamp|"status":\{"loadBalancer/);
    expect(deployment?.metadata.labels).toMatchObject({
      heritage: 'Helm',
      'helm.sh/chart': 'shop-0.1.0',
      'app.kubernetes.io/version': '1.0.0',
      'app.kubernetes.io/managed-by': 'hawser',
      'hawser.dev/revision': revision,
    });
    expect(deployment?.['spec']).toMatchObject({
      selector: { matchLabels: { 'app.kubernetes.io/name': 'shop', 'app.kubernetes.io/instance': 'shop' } },
      template: { metadata: { labels: { 'app.kubernetes.io/managed-by': 'Helm', 'hawser.dev/revision': revision } } },
    });
  });

  it('leads from a field of the API server to the line of the printed file', () => {
    const ref = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'shop-shop' };
    const { file = '', line = 0 } = rendered.placeOf(ref, 'spec.ports[0].nodePort') ?? {};
    const path = join(import.meta.dirname, '../../../docs/examples/helm/k8s', file);
    expect(readFileSync(path, 'utf8').split('\n')[line - 1]).toContain('nodePort: 31445');
  });
});

describe('what kustomize build prints', () => {
  const rendered = renderExample('kustomize');

  it('becomes objects, with the generated names that it gave', () => {
    expect(namesOf(rendered)).toEqual([
      'ConfigMap shop/shop-hf678c7m2b',
      'Service shop/shop',
      'Deployment shop/shop',
      'CronJob shop/cleanup',
    ]);
  });

  it('runs the digest everywhere, whatever tag it was given', () => {
    const text = JSON.stringify(rendered.objects);
    expect(text.match(/"image":"[^"]*"/g)?.toSorted()).toEqual([
      '"image":"ghcr.io/acme/proxy:2"',
      ...Array.from({ length: 3 }, () => `"image":"${pinned}"`),
    ]);
  });

  it('says which image is not pinned', () => {
    expect(rendered.notes).toEqual([
      'Image ghcr.io/acme/proxy:2 has no digest, and no verdict covers it: container proxy of Deployment shop/shop (k8s/overlays/production/shop.yaml:53).',
    ]);
  });
});
