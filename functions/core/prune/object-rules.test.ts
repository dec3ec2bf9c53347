import { describe, expect, test } from 'vitest';
import { refOf, type Manifest } from '../kubernetes.ts';
import { clusterScoped, owned, owner } from '../testing/inventory.ts';
import type { Entry } from './inventory.ts';
import {
  keepAdopted,
  keepAnnotated,
  keepClusterInfrastructure,
  keepControlled,
  keepHawsersOwn,
  keepOthers,
  keepPrecious,
  keepRecreated,
  keepTerminating,
  keepUnproven,
  keepWantedUnderOtherGroup,
  keepWhenDisabled,
  objectRules,
  type ObjectRule,
  type RuleFacts,
} from './object-rules.ts';

const facts: RuleFacts = { owner, wantedUids: new Set(), enabled: true, confirm: [] };
const object = (kind: string, name = 'data', metadata: object = {}, more: object = {}): Manifest =>
  owned(kind, name, { ...more, metadata: { uid: 'u-1', ...metadata } });
const entryOf = (live: Manifest, more: Partial<Entry> = {}): Entry => ({
  ...refOf(live),
  uid: 'u-1',
  ...more,
});
const ask = (rule: ObjectRule, live: Manifest, more: Partial<Entry> = {}, other: Partial<RuleFacts> = {}) =>
  rule({ entry: entryOf(live, more), live }, { ...facts, ...other });
const annotated = (annotation: string, value: string): Manifest =>
  object('Secret', 'data', { annotations: { [annotation]: value } });

const namespace = (name: string): Manifest => clusterScoped('Namespace', name, { metadata: { uid: 'u-1' } });
const claim = object('PersistentVolumeClaim');
const crd = clusterScoped('CustomResourceDefinition', 'tables.db.example.com', {
  apiVersion: 'apiextensions.k8s.io/v1',
  metadata: { uid: 'u-1' },
});
const statefulSet = (whenDeleted: string, templates: object[] = [{ metadata: { name: 'data' } }]): Manifest =>
  object(
    'StatefulSet',
    'db',
    {},
    {
      apiVersion: 'apps/v1',
      spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted }, volumeClaimTemplates: templates },
    },
  );

/** What the rule says: undefined lets it go, `tracked` keeps an eye on it, `forgotten` is no concern of Hawser's any more. */
type Verdict = undefined | 'tracked' | 'forgotten';
type Case = [about: string, answer: ReturnType<ObjectRule>, expected: Verdict, words?: string];

const config = object('ConfigMap', 'settings');

describe.each<[string, Case[]]>([
  [
    'keepHawsersOwn',
    [
      ['the pull Secret', ask(keepHawsersOwn, object('Secret', 'hawser-pull')), 'forgotten', 'for itself'],
      ['an inventory', ask(keepHawsersOwn, object('ConfigMap', 'hawser-inventory.shop.staging')), 'forgotten'],
      ['a Secret of the app', ask(keepHawsersOwn, object('Secret', 'hawser-pull-2')), undefined],
      ['a ConfigMap named like the Secret', ask(keepHawsersOwn, object('ConfigMap', 'hawser-pull')), undefined],
    ],
  ],
  [
    'keepWantedUnderOtherGroup',
    [
      ['its UID is wanted', ask(keepWantedUnderOtherGroup, config, {}, { wantedUids: new Set(['u-1']) }), 'forgotten'],
      ['another UID is', ask(keepWantedUnderOtherGroup, config, {}, { wantedUids: new Set(['u-2']) }), undefined],
    ],
  ],
  [
    'keepRecreated',
    [
      ['another UID', ask(keepRecreated, config, { uid: 'u-0' }), 'forgotten', 'made it anew'],
      ['the same UID', ask(keepRecreated, config), undefined],
      ['no UID in the inventory', keepRecreated({ entry: refOf(config), live: config }, facts), undefined],
    ],
  ],
  [
    'keepUnproven',
    [
      ['a UID is proof', ask(keepUnproven, object('ConfigMap', 'a', { labels: {} })), undefined],
      ...(
        [
          ['no UID, applied by hawser', [{ manager: 'hawser', operation: 'Apply' }], undefined],
          ['no UID, applied by a person', [{ manager: 'kubectl', operation: 'Apply' }], 'forgotten'],
          [
            'no UID, hawser wrote only the status',
            [{ manager: 'hawser', operation: 'Apply', subresource: 'status' }],
            'forgotten',
          ],
          ['no UID, not by apply', [{ manager: 'hawser', operation: 'Update' }], 'forgotten'],
        ] as const
      ).map(([about, managedFields, expected]): Case => {
        const live = object('ConfigMap', 'a', { managedFields });
        return [about, keepUnproven({ entry: refOf(live), live }, facts), expected];
      }),
    ],
  ],
  [
    'keepOthers',
    [
      ['its labels are as they were', ask(keepOthers, config), undefined],
      ...(
        [
          ['another manager', { 'app.kubernetes.io/managed-by': 'Helm' }, 'managed-by is Helm, not hawser'],
          ['no manager', { 'app.kubernetes.io/managed-by': undefined }, 'managed-by is gone'],
          ['another environment', { 'hawser.dev/environment': 'staging' }, 'environment is staging, not production'],
          ['another app', { 'hawser.dev/app': 'cart' }, 'app is cart, not shop'],
        ] as const
      ).map(([about, labels, words]): Case => {
        const live = object('ConfigMap', 'a', { labels: { ...config.metadata.labels, ...labels } });
        return [about, ask(keepOthers, live), 'forgotten', words];
      }),
    ],
  ],
  [
    'keepControlled',
    [
      [
        'a controller',
        ask(
          keepControlled,
          object('Pod', 'p', { ownerReferences: [{ kind: 'ReplicaSet', name: 'shop-1', controller: true }] }),
        ),
        'forgotten',
        'ReplicaSet shop-1 controls it',
      ],
      [
        'an owner that is no controller',
        ask(keepControlled, object('Pod', 'p', { ownerReferences: [{ kind: 'Node', name: 'n' }] })),
        undefined,
      ],
    ],
  ],
  [
    'keepTerminating',
    [
      [
        'on its way',
        ask(
          keepTerminating,
          object('Pod', 'p', {
            deletionTimestamp: '2026-11-24T10:00:00Z',
            finalizers: ['example.com/a', 'example.com/b'],
          }),
        ),
        'tracked',
        'example.com/a, example.com/b must finish first',
      ],
      ['not', ask(keepTerminating, object('Pod', 'p', { finalizers: ['example.com/a'] })), undefined],
    ],
  ],
  [
    'keepWhenDisabled',
    [
      [
        'off',
        ask(keepWhenDisabled, config, {}, { enabled: false }),
        'tracked',
        'environments.production.prune.enabled is false',
      ],
      ['on', ask(keepWhenDisabled, config), undefined],
    ],
  ],
  [
    'keepAnnotated',
    [
      ['ours', ask(keepAnnotated, annotated('hawser.dev/prune', 'disabled')), 'tracked', 'hawser.dev/prune'],
      ['Helm’s', ask(keepAnnotated, annotated('helm.sh/resource-policy', 'keep')), 'tracked'],
      [
        'Argo CD’s',
        ask(keepAnnotated, annotated('argocd.argoproj.io/sync-options', 'Validate=false,Prune=false')),
        'tracked',
      ],
      [
        'Argo CD’s other ones',
        ask(keepAnnotated, annotated('argocd.argoproj.io/sync-options', 'SkipPrune=false')),
        undefined,
      ],
      ['Flux’s', ask(keepAnnotated, annotated('kustomize.toolkit.fluxcd.io/prune', 'disabled')), 'tracked'],
      ['another value', ask(keepAnnotated, annotated('hawser.dev/prune', 'confirm')), undefined],
      ['none', ask(keepAnnotated, config), undefined],
    ],
  ],
  [
    'keepClusterInfrastructure',
    [
      [
        'Namespace kube-system, even confirmed',
        ask(keepClusterInfrastructure, namespace('kube-system'), {}, { confirm: ['Namespace kube-system'] }),
        'forgotten',
      ],
      ['Namespace default', ask(keepClusterInfrastructure, namespace('default')), 'forgotten', 'part of the cluster'],
      ['another Namespace', ask(keepClusterInfrastructure, namespace('shop')), undefined],
      [
        'the account of each namespace',
        ask(keepClusterInfrastructure, object('ServiceAccount', 'default')),
        'forgotten',
      ],
      [
        'the CA of each namespace',
        ask(keepClusterInfrastructure, object('ConfigMap', 'kube-root-ca.crt')),
        'forgotten',
      ],
      ...['kube-system', 'kube-public', 'kube-node-lease'].map((where): Case => {
        const live = object('ConfigMap', 'coredns-custom', { namespace: where });
        return [`in ${where}`, ask(keepClusterInfrastructure, live), 'tracked', `-n ${where} hawser.dev/prune=confirm`];
      }),
      [
        'in kube-system, confirmed',
        ask(
          keepClusterInfrastructure,
          object('ConfigMap', 'a', { namespace: 'kube-system' }),
          {},
          { confirm: ['ConfigMap kube-system/a'] },
        ),
        undefined,
      ],
      ['in default', ask(keepClusterInfrastructure, object('ConfigMap', 'a', { namespace: 'default' })), undefined],
    ],
  ],
  [
    'keepAdopted',
    [
      ['adopted', ask(keepAdopted, config, { adopted: true }), 'tracked', 'before Hawser first applied it'],
      [
        'adopted, confirmed on the object',
        ask(keepAdopted, annotated('hawser.dev/prune', 'confirm'), { adopted: true }),
        undefined,
      ],
      [
        'adopted, confirmed in the config',
        ask(keepAdopted, config, { adopted: true }, { confirm: ['ConfigMap shop/settings'] }),
        undefined,
      ],
      [
        'adopted, another one confirmed',
        ask(keepAdopted, config, { adopted: true }, { confirm: ['ConfigMap shop/other'] }),
        'tracked',
      ],
      ['not adopted', ask(keepAdopted, config), undefined],
    ],
  ],
  [
    'keepPrecious',
    [
      [
        'a Namespace',
        ask(keepPrecious, namespace('shop')),
        'tracked',
        'kubectl annotate namespace shop hawser.dev/prune=confirm, or add "Namespace shop" to environments.production.prune.confirm',
      ],
      [
        'a CRD',
        ask(keepPrecious, crd),
        'tracked',
        'kubectl annotate customresourcedefinition.apiextensions.k8s.io tables.db.example.com',
      ],
      [
        'a PVC',
        ask(keepPrecious, claim),
        'tracked',
        'kubectl annotate persistentvolumeclaim data -n shop hawser.dev/prune=confirm',
      ],
      [
        'a PVC, confirmed in the config',
        ask(keepPrecious, claim, {}, { confirm: ['PersistentVolumeClaim shop/data'] }),
        undefined,
      ],
      [
        'a PVC, confirmed on it',
        ask(keepPrecious, object('PersistentVolumeClaim', 'data', { annotations: { 'hawser.dev/prune': 'confirm' } })),
        undefined,
      ],
      ['a PV', ask(keepPrecious, clusterScoped('PersistentVolume', 'data', { metadata: { uid: 'u-1' } })), 'tracked'],
      ['a Node', ask(keepPrecious, clusterScoped('Node', 'n', { metadata: { uid: 'u-1' } })), 'tracked'],
      [
        'a snapshot',
        ask(keepPrecious, object('VolumeSnapshot', 's', {}, { apiVersion: 'snapshot.storage.k8s.io/v1' })),
        'tracked',
      ],
      [
        'a StatefulSet that takes its volumes with it',
        ask(keepPrecious, statefulSet('Delete')),
        'tracked',
        'its volumes',
      ],
      ['a StatefulSet that leaves them', ask(keepPrecious, statefulSet('Retain')), undefined],
      ['a StatefulSet without volumes', ask(keepPrecious, statefulSet('Delete', [])), undefined],
      [
        'a kind of the same name in another group',
        ask(keepPrecious, object('Namespace', 'a', {}, { apiVersion: 'example.com/v1' })),
        undefined,
      ],
      ['a Deployment', ask(keepPrecious, object('Deployment', 'a', {}, { apiVersion: 'apps/v1' })), undefined],
    ],
  ],
])('%s', (_, cases) => {
  test.each(cases)('%s', (_about, answer, expected, words) => {
    expect(answer && (answer.tracked ? 'tracked' : 'forgotten')).toBe(expected);
    expect(answer?.why ?? '').toContain(words ?? '');
  });
});

test('every rule is asked, and none objects to a plain object of Hawser’s own', () => {
  expect(objectRules).toHaveLength(12);
  expect(new Set(objectRules).size).toBe(12);
  for (const rule of objectRules) expect(ask(rule, config)).toBeUndefined();
});
