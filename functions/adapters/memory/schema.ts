import type { Manifest } from '../../core/kubernetes.ts';

const ROOT = ['apiVersion', 'kind', 'metadata'];

/** The first levels of the kinds that tests use most; other kinds, and what lies deeper, are not checked. */
const FIELDS: Readonly<Record<string, { root: readonly string[]; spec?: readonly string[] }>> = {
  ConfigMap: { root: ['data', 'binaryData', 'immutable'] },
  Secret: { root: ['data', 'stringData', 'type', 'immutable'] },
  Job: { root: ['spec', 'status'] },
  Deployment: {
    root: ['spec', 'status'],
    spec: [
      'minReadySeconds',
      'paused',
      'progressDeadlineSeconds',
      'replicas',
      'revisionHistoryLimit',
      'selector',
      'strategy',
      'template',
    ],
  },
};

/** Paths of fields that the kind does not have, as server-side apply names them. */
export function unknownFields(object: Manifest): string[] {
  const known = FIELDS[object.kind];
  if (known === undefined) return [];
  const root = Object.keys(object).filter((key) => !ROOT.includes(key) && !known.root.includes(key));
  const spec = Object.keys(object['spec'] ?? {}).filter((key) => known.spec?.includes(key) === false);
  return [...root.map((key) => `.${key}`), ...spec.map((key) => `.spec.${key}`)];
}
