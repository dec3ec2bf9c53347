import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { health } from './health.ts';
import { valuesAt } from './path.ts';
import { HealthRule } from './rule.ts';
import { builtInRules } from './rules-table.ts';
import { check, type Parts } from './testing/check.ts';
import { condition, conditions, object } from './testing/object.ts';

const told = (...texts: string[]): Parts => ({ status: conditions(...texts) });

describe('built-in rules', () => {
  test.each(builtInRules.map((rule) => [`${rule.group}/${rule.kind}`, rule] as const))(
    '%s is as strict as those of users',
    (_name, rule) => {
      expect(HealthRule.parse(rule)).toEqual(rule);
    },
  );

  it('has no rule that an earlier one hides', () => {
    const hidden = builtInRules.filter((rule, at) =>
      builtInRules.slice(0, at).some(({ group, kind }) => group === rule.group && (kind === '*' || kind === rule.kind)),
    );
    expect(hidden).toEqual([]);
  });
});

describe('custom resources with a rule', () => {
  check('cert-manager.io/v1 Certificate', [
    ['issued', told('Ready=True Ready: Certificate is up to date and has not expired'), 'Healthy', 'Ready'],
    [
      'being issued',
      told('Ready=False DoesNotExist: Issuing certificate as Secret does not exist', 'Issuing=True DoesNotExist'),
      'Progressing',
      'DoesNotExist',
    ],
    ['being renewed', told('Ready=True Ready', 'Issuing=True Renewing'), 'Progressing', 'Renewing'],
    [
      'issuing, and the condition not yet there',
      told('Ready=False Issuing: Issuing certificate as Secret was previously issued'),
      'Progressing',
      'Issuing',
    ],
    [
      'failed',
      told('Ready=False SecretMismatch', 'Issuing=False Failed: too many certificates'),
      'Degraded',
      'SecretMismatch',
    ],
    ['wrongly configured', told('Ready=False ConfigError: no ACME solver configured'), 'Degraded', 'ConfigError'],
    ['nothing told', { status: { conditions: [] } }, 'Progressing', 'NoCaseFits'],
  ]);
  check('cert-manager.io/v1 CertificateRequest', [
    ['denied', told('Denied=True Policy', 'Ready=False Denied'), 'Degraded', 'Policy'],
    [
      'pending',
      told('Approved=True cert-manager.io', 'Ready=False Pending: Waiting on certificate issuance'),
      'Progressing',
      'Pending',
    ],
    ['failed', told('Ready=False Failed'), 'Degraded', 'Failed'],
    ['issued', told('Ready=True Issued'), 'Healthy', 'Issued'],
  ]);
  check('cert-manager.io/v1 ClusterIssuer', [
    ['registered', told('Ready=True ACMEAccountRegistered'), 'Healthy', 'ACMEAccountRegistered'],
    ['not registered', told('Ready=False ErrRegisterACMEAccount'), 'Degraded', 'ErrRegisterACMEAccount'],
  ]);
  check('acme.cert-manager.io/v1 Order', [
    ['pending', { status: { state: 'pending' } }, 'Progressing', 'NoCaseFits'],
    ['valid', { status: { state: 'valid' } }, 'Healthy', 'Valid'],
    ['errored', { status: { state: 'errored', reason: 'rate limited' } }, 'Degraded', 'Errored'],
  ]);
  const listener = (...texts: string[]): Parts => ({ conditions: texts.map(condition) });
  check('gateway.networking.k8s.io/v1 GatewayClass', [
    ['accepted', told('Accepted=True Accepted'), 'Healthy', 'Accepted'],
    ['waits for its controller', told('Accepted=Unknown Waiting: Waiting for controller'), 'Progressing', 'NoCaseFits'],
    ['has wrong parameters', told('Accepted=False InvalidParameters'), 'Degraded', 'InvalidParameters'],
  ]);
  check('gateway.networking.k8s.io/v1 Gateway', [
    ['programmed', told('Accepted=True Accepted', 'Programmed=True Programmed'), 'Healthy', 'Programmed'],
    ['not yet reconciled', told('Accepted=False Pending', 'Programmed=False Pending'), 'Progressing', 'Pending'],
    [
      'has no address yet',
      told('Accepted=True', 'Programmed=False AddressNotAssigned'),
      'Progressing',
      'AddressNotAssigned',
    ],
    ['not accepted', told('Accepted=False InvalidParameters'), 'Degraded', 'InvalidParameters'],
    [
      'a listener has a certificate that is not there',
      {
        status: {
          ...conditions('Accepted=True', 'Programmed=True'),
          listeners: [listener('Accepted=True', 'ResolvedRefs=False InvalidCertificateRef')],
        },
      },
      'Degraded',
      'InvalidCertificateRef',
    ],
    [
      'programmed for the spec before',
      told('Accepted=True Accepted @1', 'Programmed=True Programmed @1'),
      'Progressing',
      'GenerationNotObserved',
    ],
  ]);
  check('gateway.networking.k8s.io/v1 HTTPRoute', [
    [
      'accepted',
      { status: { parents: [listener('Accepted=True Accepted', 'ResolvedRefs=True ResolvedRefs')] } },
      'Healthy',
      'Accepted',
    ],
    [
      'its Service is not there',
      { status: { parents: [listener('Accepted=True', 'ResolvedRefs=False BackendNotFound')] } },
      'Degraded',
      'BackendNotFound',
    ],
    [
      'one parent takes it, another does not',
      { status: { parents: [listener('Accepted=True'), listener('Accepted=False NotAllowedByListeners')] } },
      'Degraded',
      'NotAllowedByListeners',
    ],
    [
      'a parent of long ago does not count',
      { status: { parents: [listener('Accepted=False NoMatchingParent @1'), listener('Accepted=True Accepted @2')] } },
      'Healthy',
      'Accepted',
    ],
    [
      'no parent has seen this generation',
      { status: { parents: [listener('Accepted=True Accepted @1')] } },
      'Progressing',
      'GenerationNotObserved',
    ],
    ['no parent yet', { status: { parents: [] } }, 'Progressing', 'NoCaseFits'],
  ]);
  check('argoproj.io/v1alpha1 Rollout', [
    ['healthy', { status: { observedGeneration: '2', phase: 'Healthy' } }, 'Healthy', 'Healthy'],
    [
      'not yet observed',
      { status: { observedGeneration: '1', phase: 'Healthy' } },
      'Progressing',
      'GenerationNotObserved',
    ],
    ['waits at a step', { status: { phase: 'Paused', message: 'CanaryPauseStep' } }, 'Suspended', 'Paused'],
    [
      'aborted',
      { status: { phase: 'Degraded', abort: true, message: 'RolloutAborted: metric failed' } },
      'Degraded',
      'RolloutAborted',
    ],
    ['its spec is wrong', told('InvalidSpec=True InvalidSpec'), 'Degraded', 'InvalidSpec'],
    ['no phase: by the generic rules', told('Available=True AvailableReason'), 'Healthy', 'AvailableReason'],
  ]);
  check('argoproj.io/v1alpha1 Application', [
    ['Missing', { status: { health: { status: 'Missing' } } }, 'Missing', 'Missing'],
    [
      'Healthy, with a note that has no status',
      { status: { health: { status: 'Healthy' }, conditions: [{ type: 'OrphanedResourceWarning' }] } },
      'Healthy',
      'Healthy',
    ],
    ['nothing told', { status: { sync: {} } }, 'Progressing', 'NoCaseFits'],
  ]);
  check('helm.toolkit.fluxcd.io/v2 HelmRelease', [
    ['released', told('Ready=True InstallSucceeded', 'Released=True InstallSucceeded'), 'Healthy', 'InstallSucceeded'],
    ['at work', told('Reconciling=True Progressing', 'Ready=Unknown Progressing'), 'Progressing', 'Progressing'],
    [
      'failed, and tried again',
      told('Reconciling=True ProgressingWithRetry', 'Ready=False InstallFailed: timed out'),
      'Degraded',
      'InstallFailed',
    ],
    ['waits for another', told('Ready=False DependencyNotReady'), 'Progressing', 'DependencyNotReady'],
    ['stalled', told('Stalled=True RetriesExceeded', 'Ready=False RetriesExceeded'), 'Degraded', 'RetriesExceeded'],
    ['suspended', { spec: { suspend: true }, ...told('Ready=True InstallSucceeded') }, 'Suspended', 'Suspended'],
  ]);
  check('kustomize.toolkit.fluxcd.io/v1 Kustomization', [
    [
      'applied',
      { status: { observedGeneration: 2, ...conditions('Ready=True ReconciliationSucceeded') } },
      'Healthy',
      'ReconciliationSucceeded',
    ],
    [
      'applied, for the spec before',
      { status: { observedGeneration: 1, ...conditions('Ready=True ReconciliationSucceeded') } },
      'Progressing',
      'GenerationNotObserved',
    ],
    ['cannot be built', told('Ready=False BuildFailed'), 'Degraded', 'BuildFailed'],
  ]);
  check('helm.cattle.io/v1 HelmChart', [
    [
      'installed',
      { status: { jobName: 'helm-install-shop', ...conditions('JobCreated=True', 'Failed=False') } },
      'Healthy',
      'JobCreated',
    ],
    ['failed', told('JobCreated=True', 'Failed=True ValuesInvalid'), 'Degraded', 'ValuesInvalid'],
    ['only just made', { spec: {} }, 'Progressing', 'StatusNotWritten'],
  ]);
  check('external-secrets.io/v1 ExternalSecret', [
    ['synced', told('Ready=True SecretSynced'), 'Healthy', 'SecretSynced'],
    [
      'cannot be read',
      told('Ready=False SecretSyncedError: could not get secret data from provider'),
      'Degraded',
      'SecretSyncedError',
    ],
  ]);
  check('keda.sh/v1alpha1 ScaledObject', [
    [
      'ready, and nothing to do',
      told('Ready=True ScaledObjectReady', 'Active=False ScalerNotActive', 'Fallback=False'),
      'Healthy',
      'ScaledObjectReady',
    ],
    ['its triggers do not work', told('Ready=False TriggerError'), 'Degraded', 'TriggerError'],
    ['uses its fallback', told('Ready=True', 'Fallback=True FallbackExists'), 'Degraded', 'FallbackExists'],
    ['waits for metrics', told('Ready=False HPAMetricsUnavailable'), 'Progressing', 'HPAMetricsUnavailable'],
    ['paused', told('Ready=True', 'Paused=True ScaledObjectPaused'), 'Suspended', 'ScaledObjectPaused'],
    [
      'paused by an annotation',
      { metadata: { annotations: { 'autoscaling.keda.sh/paused': 'true' } }, ...told('Ready=True') },
      'Suspended',
      'Paused',
    ],
  ]);
  check('postgresql.cnpg.io/v1 Cluster', [
    [
      'healthy',
      { status: { phase: 'Cluster in healthy state', ...conditions('Ready=True ClusterIsReady') } },
      'Healthy',
      'ClusterInHealthyState',
    ],
    [
      'starts',
      { status: { phase: 'Setting up primary', ...conditions('Ready=False ClusterIsNotReady') } },
      'Progressing',
      'ClusterIsNotReady',
    ],
    [
      'fails over',
      { status: { phase: 'Failing over', ...conditions('Ready=False ClusterIsNotReady') } },
      'Degraded',
      'FailingOver',
    ],
    [
      'is beyond repair',
      { status: { phase: 'Cluster is unrecoverable and needs manual intervention' } },
      'Degraded',
      'Degraded',
    ],
    [
      'hibernates',
      { metadata: { annotations: { 'cnpg.io/hibernation': 'on' } }, status: { phase: 'Cluster in healthy state' } },
      'Suspended',
      'Hibernation',
    ],
  ]);
  check('serving.knative.dev/v1 Service', [
    ['ready', told('ConfigurationsReady=True', 'Ready=True', 'RoutesReady=True'), 'Healthy', 'Ready'],
    ['deploys', told('ConfigurationsReady=Unknown', 'Ready=Unknown RevisionMissing'), 'Progressing', 'RevisionMissing'],
    [
      'failed',
      told('ConfigurationsReady=False RevisionFailed', 'Ready=False RevisionFailed'),
      'Degraded',
      'RevisionFailed',
    ],
  ]);
  check('s3.aws.upbound.io/v1beta1 Bucket', [
    ['ready', told('Synced=True ReconcileSuccess', 'Ready=True Available'), 'Healthy', 'Available'],
    ['being made', told('Synced=True ReconcileSuccess', 'Ready=False Creating'), 'Progressing', 'Creating'],
    [
      'cannot be made',
      told('Synced=False ReconcileError: access denied', 'Ready=False Creating'),
      'Degraded',
      'ReconcileError',
    ],
    [
      'its last update failed',
      told('Synced=True', 'Ready=True', 'LastAsyncOperation=False AsyncUpdateFailure'),
      'Degraded',
      'AsyncUpdateFailure',
    ],
    ['paused', told('Synced=False ReconcilePaused'), 'Suspended', 'ReconcilePaused'],
    ['only just made', { spec: {} }, 'Progressing', 'StatusNotWritten'],
  ]);
  check('pkg.crossplane.io/v1 Provider', [
    [
      'installed',
      told('Installed=True ActivePackageRevision', 'Healthy=True HealthyPackageRevision'),
      'Healthy',
      'HealthyPackageRevision',
    ],
    [
      'its package does not run',
      told('Installed=True', 'Healthy=False UnhealthyPackageRevision'),
      'Degraded',
      'UnhealthyPackageRevision',
    ],
  ]);
  check('aws.upbound.io/v1beta1 ProviderConfig', [
    ['in use', { status: { users: 2 } }, 'Healthy', 'StatusWritten'],
    ['not in use', { spec: {} }, 'Healthy', 'Exists'],
  ]);
  check('kafka.strimzi.io/v1beta2 Kafka', [
    ['ready', told('Ready=True'), 'Healthy', 'Ready'],
    ['being made', told('NotReady=True Creating'), 'Progressing', 'Creating'],
    ['failed', told('NotReady=True InvalidResourceException: wrong spec'), 'Degraded', 'InvalidResourceException'],
    ['paused', told('ReconciliationPaused=True'), 'Suspended', 'ReconciliationPaused'],
    ['warns', told('Warning=True DeprecatedFields', 'Ready=True'), 'Healthy', 'Ready'],
  ]);
  check('bitnami.com/v1alpha1 SealedSecret', [
    ['unsealed', told('Synced=True'), 'Healthy', 'Synced'],
    ['cannot be unsealed', told('Synced=False: no key could decrypt secret'), 'Degraded', 'Synced'],
    ['only just made', { spec: {} }, 'Progressing', 'StatusNotWritten'],
  ]);
  check('snapshot.storage.k8s.io/v1 VolumeSnapshot', [
    ['ready', { status: { readyToUse: true } }, 'Healthy', 'ReadyToUse'],
    ['being made', { status: { readyToUse: false } }, 'Progressing', 'NoCaseFits'],
    ['failed', { status: { readyToUse: false, error: { message: 'no driver' } } }, 'Degraded', 'SnapshotFailed'],
  ]);
  check('s3.services.k8s.aws/v1alpha1 Bucket', [
    ['synced', told('ACK.ResourceSynced=True'), 'Healthy', 'ACKResourceSynced'],
    ['refused', told('ACK.ResourceSynced=False', 'ACK.Terminal=True: bad name'), 'Degraded', 'ACKTerminal'],
    ['under way', told('ACK.ResourceSynced=False'), 'Progressing', 'NoCaseFits'],
  ]);
  check('acid.zalan.do/v1 postgresql', [
    ['runs', { status: { PostgresClusterStatus: 'Running' } }, 'Healthy', 'Running'],
    ['failed', { status: { PostgresClusterStatus: 'SyncFailed' } }, 'Degraded', 'SyncFailed'],
  ]);
  check('elasticsearch.k8s.elastic.co/v1 Elasticsearch', [
    ['green', { status: { phase: 'Ready', health: 'green' } }, 'Healthy', 'Green'],
    [
      'yellow while it changes',
      { status: { phase: 'ApplyingChanges', health: 'yellow' } },
      'Progressing',
      'ApplyingChanges',
    ],
    ['yellow', { status: { phase: 'Ready', health: 'yellow' } }, 'Degraded', 'Yellow'],
  ]);
  check('longhorn.io/v1beta2 Volume', [
    ['attached', { status: { state: 'attached', robustness: 'healthy' } }, 'Healthy', 'Attached'],
    ['not attached', { status: { state: 'detached', robustness: 'unknown' } }, 'Healthy', 'Detached'],
    ['copies its replicas', { status: { state: 'attached', robustness: 'degraded' } }, 'Progressing', 'Degraded'],
    ['faulted', { status: { state: 'detached', robustness: 'faulted' } }, 'Degraded', 'Faulted'],
  ]);
  check('minio.min.io/v2 Tenant', [
    ['initialized', { status: { currentState: 'Initialized', healthStatus: 'green' } }, 'Healthy', 'Green'],
    [
      'being made',
      { status: { currentState: 'Provisioning MinIO Statefulset' } },
      'Progressing',
      'ProvisioningMinIOStatefulset',
    ],
    [
      'has pools of two versions',
      { status: { currentState: 'Different versions across MinIO Pools' } },
      'Degraded',
      'Degraded',
    ],
  ]);
  check('operators.coreos.com/v1alpha1 Subscription', [
    [
      'current',
      { status: { state: 'AtLatestKnown', ...conditions('CatalogSourcesUnhealthy=False') } },
      'Healthy',
      'Healthy',
    ],
    [
      'no such package',
      { status: { ...conditions('ResolutionFailed=True ConstraintsNotSatisfiable') } },
      'Degraded',
      'ConstraintsNotSatisfiable',
    ],
    [
      'waits for approval',
      { status: { ...conditions('InstallPlanPending=True RequiresApproval') } },
      'Suspended',
      'RequiresApproval',
    ],
  ]);
});

describe('rules of users', () => {
  const rules = [
    HealthRule.parse({
      group: '*.example.com',
      kind: 'Widget',
      cases: [
        { when: { path: 'status.parts[].colour', is: ['red', 'black'] }, status: 'Degraded', message: 'status.note' },
        {
          when: [
            { path: 'status.phase', is: 'Idle' },
            { path: 'spec.wanted', exists: false },
          ],
          status: 'Suspended',
          reason: 'NotWanted',
        },
        { when: { path: 'status.painted', below: 'spec.parts' }, status: 'Progressing', reason: 'Painting' },
        { when: { condition: 'Dry', is: 'True', in: 'status.checks' }, status: 'Healthy' },
      ],
      otherwise: 'Progressing',
    }),
    HealthRule.parse({
      group: 'apps',
      kind: 'Deployment',
      cases: [{ when: { path: 'status.availableReplicas', below: 1 }, status: 'Degraded' }],
    }),
  ];
  const of = (parts: Parts): [string, string, string] => {
    const { status, reason, message } = health(object('paint.example.com/v1 Widget', parts), [], rules);
    return [status, reason, message];
  };

  it('tries the cases in their order', () => {
    expect(of({ status: { parts: [{ colour: 'blue' }, { colour: 'red' }], note: 'wrong paint' } })).toEqual([
      'Degraded',
      'Red',
      'status.parts[].colour is red: wrong paint.',
    ]);
    expect(of({ status: { phase: 'Idle' } }).slice(0, 2)).toEqual(['Suspended', 'NotWanted']);
    expect(of({ spec: { wanted: 1, parts: 3 }, status: {} })[2]).toBe('status.painted is 0 of 3.');
    expect(of({ spec: { wanted: 1, parts: 3 }, status: { phase: 'Idle', painted: 2 } })).toEqual([
      'Progressing',
      'Painting',
      'status.painted is 2 of 3.',
    ]);
    expect(of({ spec: { wanted: 1 }, status: { checks: [condition('Dry=True Touched: it is dry')] } })).toEqual([
      'Healthy',
      'Touched',
      'The condition Dry holds: it is dry.',
    ]);
    expect(of({ spec: { wanted: 1 }, status: {} })[0]).toBe('Progressing');
  });

  it('comes before what is built in, and leaves to it what no case fits', () => {
    const deployment = (available: number): string =>
      health(
        object('apps/v1 Deployment', { spec: { paused: true }, status: { availableReplicas: available } }),
        [],
        rules,
      ).status;
    expect(deployment(0)).toBe('Degraded');
    expect(deployment(1)).toBe('Suspended');
  });

  it('is for its group and kind alone', () => {
    expect(health(object('example.com/v1 Widget', { spec: {} }), [], rules).reason).toBe('NoStatus');
    expect(health(object('paint.example.com/v1 Brush', { spec: {} }), [], rules).reason).toBe('NoStatus');
  });

  test.each([
    ['a status that is none', { status: 'Fine' }],
    ['a path that is none', { when: { path: 'status..phase', is: 'x' } }],
    ['a key that is none', { when: { path: 'status.phase', equals: 'x' } }],
    ['a reason that is no word', { reason: 'not one word' }],
  ])('refuses %s', (_name, change) => {
    const good = { when: { path: 'status.phase', is: 'x' }, status: 'Healthy' };
    expect(HealthRule.safeParse({ group: 'a.b', kind: 'C', cases: [good] }).success).toBe(true);
    expect(HealthRule.safeParse({ group: 'a.b', kind: 'C', cases: [{ ...good, ...change }] }).success).toBe(false);
  });
});

describe('paths', () => {
  const value = { a: { 'b.c/d': 1, list: [{ x: 1 }, { x: 2 }, 3, { y: 4 }] } };
  test.each([
    ['a.list[].x', [1, 2]],
    ["a['b.c/d']", [1]],
    ['a.none', []],
    ['a.list', [value.a.list]],
    ['a[]', []],
    ['constructor', []],
  ])('%s', (path, found) => expect(valuesAt(value, path)).toEqual(found));

  it('finds any value by its own name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w.-]{1,10}$/), fc.jsonValue(), (name, found) => {
        expect(valuesAt({ [name]: found }, /^[\w-]+$/.test(name) ? name : `x['${name}']`).length).toBe(
          /^[\w-]+$/.test(name) ? 1 : 0,
        );
        expect(valuesAt({ x: { [name]: found } }, `x['${name}']`)).toEqual([found]);
      }),
    );
  });
});
