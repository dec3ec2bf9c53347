import { describe, expect, it, test } from 'vitest';
import { splitHooks } from '../hooks/hook.ts';
import type { Manifest } from '../kubernetes.ts';
import { readHooks } from './hook.ts';
import { describeProblem } from './position.ts';

const object = (kind: string, annotations: Record<string, string> = {}): Manifest => ({
  apiVersion: 'batch/v1',
  kind,
  metadata: { name: 'x', namespace: 'shop', annotations },
});
const read = (...objects: Manifest[]) =>
  readHooks(objects.map((manifest) => ({ manifest, locate: (path) => ({ file: path || 'a.yaml', line: 1 }) })));
const helm = (words: string): Manifest => object('Job', { 'helm.sh/hook': words });

describe('readHooks', () => {
  test.each<[string, 'pre-deploy' | 'post-deploy']>([
    ['pre-install', 'pre-deploy'],
    ['pre-install,pre-upgrade', 'pre-deploy'],
    ['pre-upgrade, pre-rollback', 'pre-deploy'],
    ['post-install,post-upgrade', 'post-deploy'],
    ['post-upgrade,test', 'post-deploy'],
  ])('takes Helm’s %s as %s', (words, stage) => {
    const { objects, notes, problems } = read(helm(words));
    expect([notes, problems]).toEqual([[], []]);
    expect(splitHooks(objects.map(({ manifest }) => manifest)).hooks[stage]).toHaveLength(1);
  });

  test.each(['test', 'test-success', 'pre-delete', 'post-delete', 'pre-rollback,post-rollback', 'some-new-word'])(
    'leaves out what Helm runs at %s, with a note',
    (words) => {
      const { objects, notes, problems } = read(helm(words), object('Service'));
      expect(problems).toEqual([]);
      expect(objects.map(({ manifest }) => manifest.kind)).toEqual(['Service']);
      const [note] = notes;
      expect(note).toBe(
        `k8s/a.yaml:1: Job shop/x is left out: Hawser runs no hook ${words.split(',').join(', ')} of Helm`,
      );
    },
  );

  it('takes a CustomResourceDefinition for Helm 2 as an object', () => {
    const { objects } = read(object('CustomResourceDefinition', { 'helm.sh/hook': 'crd-install' }));
    expect(splitHooks(objects.map(({ manifest }) => manifest)).objects).toHaveLength(1);
  });

  it('lets its own annotation win', () => {
    const both = object('Job', { 'helm.sh/hook': 'test', 'hawser.dev/hook': 'post-deploy' });
    const { objects, notes } = read(both);
    expect(notes).toEqual([]);
    expect(objects.map(({ manifest }) => manifest)).toEqual([both]);
  });

  test.each(['Job', 'ConfigMap', 'Secret', 'ServiceAccount', 'Role', 'RoleBinding'])('takes a %s', (kind) => {
    expect(read(object(kind, { 'hawser.dev/hook': 'pre-deploy' })).problems).toEqual([]);
  });

  test.each<[string, Manifest, string]>([
    ['a word it does not know', object('Job', { 'hawser.dev/hook': 'predeploy' }), 'k8s//metadata/annotations/hawser.dev~1hook:1: metadata.annotations["hawser.dev/hook"]: expected pre-deploy or post-deploy, got "predeploy"'],
    ['a kind that stays', object('Deployment', { 'hawser.dev/hook': 'pre-deploy' }), 'k8s//metadata/annotations/hawser.dev~1hook:1: metadata.annotations["hawser.dev/hook"]: a Deployment cannot be a hook; expected Job, ConfigMap, Secret, ServiceAccount, Role, RoleBinding'],
    ['a kind that stays, by Helm', object('Pod', { 'helm.sh/hook': 'pre-install' }), 'k8s//metadata/annotations/helm.sh~1hook:1: metadata.annotations["helm.sh/hook"]: a Pod cannot be a hook; expected Job, ConfigMap, Secret, ServiceAccount, Role, RoleBinding'],
    ['both ends', helm('pre-install,post-upgrade'), 'k8s//metadata/annotations/helm.sh~1hook:1: metadata.annotations["helm.sh/hook"]: runs both before and after a deploy; decide with the annotation hawser.dev/hook: pre-deploy or post-deploy'],
  ])('refuses %s', (_, manifest, problem) => {
    const { objects, problems } = read(manifest);
    expect(objects).toEqual([]);
    expect(problems.map((one) => describeProblem(one))).toEqual([problem]);
  }); // prettier-ignore
});
