import { describe, expect, it, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { byNeed, subjectSources, supportSources, type Source } from './watched.ts';

const made = (kind: string, name: string, namespace = 'shop', apiVersion = 'apps/v1'): Manifest => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec: { selector: { matchLabels: { app: name, tier: 'x' } } },
});
/** `Pod shop app=a` */
const short = ({ selection }: Source): string =>
  [selection.kind, selection.namespace ?? '*', selection.labelSelector ?? selection.fieldSelector ?? '']
    .join(' ')
    .trim();

describe('what is listed of the objects themselves', () => {
  test('one list for each kind and namespace, by name where it is for one', () => {
    const objects = [
      made('Deployment', 'a'),
      made('Deployment', 'b'),
      made('Deployment', 'a', 'other'),
      made('StatefulSet', 'c'),
    ];
    expect(subjectSources(objects).map(short)).toEqual([
      'Deployment shop',
      'Deployment other metadata.name=a',
      'StatefulSet shop metadata.name=c',
    ]);
  });

  test('an object of the cluster is in no namespace', () => {
    const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'x.y' } };
    expect(subjectSources([crd])[0]?.selection).not.toHaveProperty('namespace');
  });
});

describe('what is listed beside them', () => {
  test('only the pods of a workload that is alone in its namespace', () => {
    expect(supportSources([made('Deployment', 'a')]).map(short)).toEqual([
      'Pod shop app=a,tier=x',
      'ReplicaSet shop app=a,tier=x',
      'Event shop',
    ]);
  });

  test('all pods of the namespace for several', () => {
    const sources = supportSources([
      made('Deployment', 'a'),
      made('StatefulSet', 'b'),
      made('Deployment', 'c', 'other'),
    ]);
    expect(sources.map(short)).toEqual([
      'Pod shop',
      'Pod other app=c,tier=x',
      'ReplicaSet shop app=a,tier=x',
      'ReplicaSet other app=c,tier=x',
      'Event shop',
      'Event other',
    ]);
  });

  test('what only some kinds need', () => {
    const objects = [
      made('DaemonSet', 'a'),
      made('PersistentVolumeClaim', 'b', 'shop', 'v1'),
      made('Ingress', 'c', 'shop', 'networking.k8s.io/v1'),
    ];
    expect(supportSources(objects).map(short)).toEqual([
      'Pod shop',
      'Event shop',
      'ControllerRevision shop',
      'StorageClass *',
      'IngressClass *',
    ]);
    expect(supportSources([made('Certificate', 'a', 'shop', 'cert-manager.io/v1')]).map(short)).toEqual(['Event shop']);
  });

  test('what only explains can be missed', () => {
    const optional = supportSources([made('DaemonSet', 'a')]).filter(({ isOptional }) => isOptional);
    expect(optional.map(({ selection }) => selection.kind)).toEqual(['Event', 'ControllerRevision']);
  });
});

it('puts what tells most first', () => {
  const objects = [made('Certificate', 'a', 'shop', 'cert-manager.io/v1'), made('Deployment', 'b')];
  const kinds = byNeed([...supportSources(objects), ...subjectSources(objects)]).map(({ selection }) => selection.kind);
  expect(kinds).toEqual(['Pod', 'Deployment', 'ReplicaSet', 'Event', 'Certificate']);
});
