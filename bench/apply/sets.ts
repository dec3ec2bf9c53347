import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Document = Record<string, unknown>;

/** What each tool is given: one YAML file, and the same as a chart for Helm. */
export interface Files {
  yaml: string;
  chart: string;
}

/** `count` ConfigMaps of 1 KB in the namespace, which is there already. */
export function configMaps(count: number, namespace: string): Document[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `settings-${String(index).padStart(3, '0')}`, namespace },
    data: { index: String(index), text: 'x'.repeat(1_000) },
  }));
}

const PORT = 8080;

/** One app as a small team has it; `revision` is in the environment of its pods, so that each one is a rollout. */
export function app(namespace: string, image: string, revision: string): Document[] {
  const labels = { 'app.kubernetes.io/name': 'shop' };
  const metadata = { name: 'shop', namespace, labels };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { greeting: 'hello' } },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: { podSelector: { matchLabels: labels }, policyTypes: ['Egress'] },
    },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ name: 'http', port: 80 }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: 'shop',
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: 'shop',
                image,
                imagePullPolicy: 'IfNotPresent',
                env: [
                  { name: 'REVISION', value: revision },
                  { name: 'PORT', value: String(PORT) },
                ],
                // Without one, Hawser alone would wait to see that it stays up.
                readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
              },
            ],
          },
        },
      },
    },
  ];
}

/** Writes the documents as one YAML file (JSON is YAML) and as a chart. */
export function writeSet(folder: string, documents: readonly Document[]): Files {
  const templates = join(folder, 'chart', 'templates');
  mkdirSync(templates, { recursive: true });
  const text = documents.map((document) => JSON.stringify(document)).join('\n---\n');
  const [yaml, chart] = [join(folder, 'objects.yaml'), join(folder, 'chart')];
  writeFileSync(yaml, text);
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
  writeFileSync(join(templates, 'objects.yaml'), text);
  return { yaml, chart };
}
