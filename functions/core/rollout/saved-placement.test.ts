import { describe, expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import {
  diagnosed,
  podUnscheduled,
  podWaiting,
  savedEvent,
  savedNode,
  savedObject,
  savedPod,
} from '../testing/saved.ts';

const only = (words: string): string =>
  `0/1 nodes are available: ${words}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.`;
const asks = (requests: object): object => ({ resources: { requests } });
const other = (name: string, container: object, more: object = {}): Manifest =>
  savedPod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [{ name: 'app', ready: true, state: { running: {} } }] }, container, { nodeName: 'node-1' }, { name, uid: name, ...more }); // prettier-ignore
const taint = (key: string, value?: string): object => ({
  taints: [{ key, effect: 'NoSchedule', ...(value === undefined ? {} : { value }) }],
});
const ready = [{ type: 'Ready', status: 'True' }];
const ended = (reason: string, message: string, spec: object = {}): Manifest[] => [
  savedPod({ phase: 'Failed', reason, message }, {}, { nodeName: 'node-1', ...spec }),
];
const creating = (...events: Manifest[]): Manifest[] => [podWaiting('ContainerCreating', '', {}, { nodeName: 'node-1', volumes: [{ name: 'cfg', configMap: { name: 'settings', items: [{ key: 'app.yml', path: 'app.yml' }] } }, { name: 'host', hostPath: { path: '/data', type: 'Directory' } }] }), ...events]; // prettier-ignore
const claim = (spec: object = {}, status: object = { phase: 'Pending' }): Manifest =>
  savedObject('v1', 'PersistentVolumeClaim', 'data', { spec, status });
const ofClaim = { kind: 'PersistentVolumeClaim', name: 'data', uid: 'PersistentVolumeClaim-data' };
const storage = (name: string): Manifest => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
});

const table: [string, Manifest[], string, RegExp, RegExp?][] = [
  ['memory in numbers', [podUnscheduled('0/1 nodes are available: 1 Insufficient memory. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.', {}, asks({ memory: '1Gi' })), savedNode(), other('big', asks({ memory: '1100Mi' }))], 'Unschedulable', /1 Insufficient memory; on node node-1 the pod requests 1Gi memory, 800Mi of 1\.8Gi are free, 224Mi short/, /resources\.requests\.memory \(800Mi memory free\).*describe node node-1/],
  ['CPU in numbers', [podUnscheduled(only('1 Insufficient cpu'), {}, asks({ cpu: '3' })), savedNode()], 'Unschedulable', /requests 3 cpu, 2 of 2 are free, 1 short/],
  ['both', [podUnscheduled(only('1 Insufficient cpu, 1 Insufficient memory'), {}, asks({ cpu: '4', memory: '8Gi' })), savedNode()], 'Unschedulable', /4 cpu.*8Gi memory|8Gi memory.*4 cpu/, /resources\.requests\.cpu and resources\.requests\.memory/],
  ['memory without nodes', [podUnscheduled(only('1 Insufficient memory'), {}, asks({ memory: '64Gi' }))], 'Unschedulable', /1 Insufficient memory; the pod requests 64Gi memory/, /larger instance type/],
  ['a device', [podUnscheduled(only('1 Insufficient nvidia.com/gpu'), {}, asks({ 'nvidia.com/gpu': 1 }))], 'Unschedulable', /Insufficient nvidia\.com\/gpu/],
  ['too many pods', [podUnscheduled(only('1 Too many pods'))], 'Unschedulable', /1 Too many pods/, /max-pods/],
  ['taint in the text', [podUnscheduled(only('1 node(s) had untolerated taint {dedicated: gpu}'))], 'Unschedulable', /\{dedicated: gpu\}/, /key: dedicated, operator: Equal, value: "gpu", effect: NoSchedule.*kubectl taint node NODE dedicated-/],
  ['taint of the nodes only, 1.34', [podUnscheduled(only('1 node(s) had untolerated taint(s)')), savedNode(ready, taint('dedicated', 'gpu'))], 'Unschedulable', /the taint is dedicated=gpu:NoSchedule/, /key: dedicated/],
  ['control plane taint', [podUnscheduled(only('1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }'))], 'Unschedulable', /control-plane/, /operator: Exists/],
  ['old taint text', [podUnscheduled("0/1 nodes are available: 1 node(s) had taint {dedicated: gpu}, that the pod didn't tolerate.")], 'Unschedulable', /dedicated/, /key: dedicated/],
  ['node not ready', [podUnscheduled(only('1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }'))], 'NodeNotReady', /not-ready/, /systemctl status k3s/],
  ['node unreachable', [podUnscheduled(only('1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }'))], 'NodeNotReady', /unreachable/],
  ['disk pressure', [podUnscheduled(only('1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }'))], 'NodeUnderPressure', /disk-pressure/, /crictl rmi --prune/],
  ['memory pressure', [podUnscheduled(only('1 node(s) had untolerated taint {node.kubernetes.io/memory-pressure: }'))], 'NodeUnderPressure', /memory-pressure/, /Free memory/],
  ['cordoned', [podUnscheduled(only('1 node(s) were unschedulable')), savedNode(ready, { unschedulable: true })], 'Unschedulable', /node node-1 is cordoned/, /kubectl uncordon node-1/],
  ['node selector', [podUnscheduled(only("1 node(s) didn't match Pod's node affinity/selector"), { nodeSelector: { disktype: 'ssd' } })], 'Unschedulable', /asks for nodes with disktype=ssd/, /kubectl label node NODE disktype=ssd/],
  ['node affinity', [podUnscheduled(only("1 node(s) didn't match Pod's node affinity/selector"), { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }] } } } }), savedNode()], 'Unschedulable', /zone In \(a, b\)/, /label node node-1 zone=a/],
  ['host port', [podUnscheduled(only("1 node(s) didn't have free ports for the requested pod ports"), {}, { ports: [{ containerPort: 80, hostPort: 80 }] }), savedNode(), other('traefik', { ports: [{ containerPort: 80, hostPort: 80 }] })], 'PortTaken', /hostPort 80 is held by Pod shop\/traefik/, /hostPort/],
  ['host port, holder not known', [podUnscheduled(only("1 node(s) didn't have free ports for the requested pod ports"), {}, { ports: [{ containerPort: 80, hostPort: 80 }] })], 'PortTaken', /hostPort 80 is in use/],
  ['volume on another node', [podUnscheduled(only('1 node(s) had volume node affinity conflict'))], 'Unschedulable', /volume node affinity/, /get pv/],
  ['volume on another node, 1.33', [podUnscheduled(only("1 node(s) didn't match PersistentVolume's node affinity"))], 'Unschedulable', /node affinity/, /get pv/],
  ['anti-affinity', [podUnscheduled(only("1 node(s) didn't match pod anti-affinity rules"))], 'Unschedulable', /anti-affinity/, /podAntiAffinity/],
  ['topology spread', [podUnscheduled(only("1 node(s) didn't match pod topology spread constraints"))], 'Unschedulable', /topology/, /ScheduleAnyway/],
  ['no nodes', [podUnscheduled('no nodes available to schedule pods')], 'Unschedulable', /cluster has no nodes/],
  ['claim not there', [podUnscheduled('0/1 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.')], 'VolumeClaimPending', /"data" not found/, /claimName/],
  ['claim not bound', [podUnscheduled(only('pod has unbound immediate PersistentVolumeClaims'))], 'VolumeClaimPending', /unbound immediate/, /kubectl get storageclass/],
  ['scheduling gate', [savedPod({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates' }] }, {}, { schedulingGates: [{ name: 'example.com/wait' }] })], 'Unschedulable', /gates \(example\.com\/wait\)/],
  ['events only', [savedEvent('FailedScheduling', only('1 Insufficient cpu'))], 'Unschedulable', /^Pod shop\/web-1: no node takes it: .*Insufficient cpu/],

  ['evicted for memory', ended('Evicted', 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 88Mi. Container app was using 300Mi, request is 64Mi, has larger consumption of memory. '), 'NodeUnderPressure', /evicted.*low on resource: memory.*available: 88Mi/, /Free memory on node node-1/],
  ['evicted for disk', ended('Evicted', 'The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: 800Mi.'), 'NodeUnderPressure', /ephemeral-storage/, /df -h/],
  ['refused under pressure', ended('Evicted', 'Pod was rejected: The node had condition: [DiskPressure]. '), 'NodeUnderPressure', /DiskPressure/],
  ['evicted for its own limit', ended('Evicted', 'Pod ephemeral local storage usage exceeds the total limit of containers 50Mi. '), 'StorageLimitExceeded', /total limit of containers 50Mi/, /limits\.ephemeral-storage \(now 50Mi\)/],
  ['evicted for the limit of a container', ended('Evicted', 'Container app exceeded its local ephemeral storage limit "50Mi". '), 'StorageLimitExceeded', /limit "50Mi"/, /now 50Mi/],
  ['evicted for an emptyDir', ended('Evicted', 'Usage of EmptyDir volume "cache" exceeds the limit "10Mi". '), 'StorageLimitExceeded', /"cache"/, /sizeLimit of the emptyDir \(now 10Mi\)/],
  ['preempted by the kubelet', ended('Preempting', 'Preempted in order to admit critical pod'), 'PodPreempted', /admit critical pod/, /priorityClassName/],
  ['node shut down', ended('Terminated', 'Pod was terminated in response to imminent node shutdown.'), 'NodeNotReady', /imminent node shutdown/, /describe node node-1/],
  ['node lost', ended('NodeLost', 'Node node-1 which was running pod web-1 is unresponsive'), 'NodeNotReady', /unresponsive/],
  ['out of cpu', ended('OutOfcpu', "Pod was rejected: Node didn't have enough resource: cpu, requested: 2000, used: 1250, capacity: 2000"), 'Unschedulable', /refused it \(OutOfcpu\): .*requested: 2000, used: 1250, capacity: 2000/, /resources\.requests\.cpu/],
  ['out of pods', ended('OutOfpods', "Pod was rejected: Node didn't have enough resource: pods, requested: 1, used: 110, capacity: 110"), 'Unschedulable', /OutOfpods/],
  ['node affinity of the kubelet', ended('NodeAffinity', 'Pod was rejected: Predicate NodeAffinity failed: node(s) didn\'t match Pod\'s node affinity/selector'), 'Unschedulable', /NodeAffinity/, /label node node-1/],
  ['device not healthy', ended('UnexpectedAdmissionError', 'Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu, which is unexpected'), 'Unschedulable', /no healthy devices/],
  ['host port refused by the kubelet', ended('NodePorts', 'Pod was rejected: Predicate NodePorts failed'), 'PortTaken', /NodePorts/],
  ['node lost, as the event tells', [savedPod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }], containerStatuses: [{ name: 'app', ready: true, state: { running: {} } }] }, {}, { nodeName: 'node-1' }), savedEvent('NodeNotReady', 'Node is not ready')], 'NodeNotReady', /node-1 is not ready or is gone/, /describe node node-1/],
  ['readiness gate', [savedPod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: 'corresponding condition of pod readiness gate "target-health" does not exist.' }], containerStatuses: [{ name: 'app', ready: true, state: { running: {} } }] }, {}, { readinessGates: [{ conditionType: 'target-health' }] })], 'RolloutTimedOut', /readiness gate target-health/],
  ['deadline of a pod', ended('DeadlineExceeded', 'Pod was active on the node longer than the specified deadline'), 'JobFailed', /activeDeadlineSeconds/],
  ['sysctl', ended('SysctlForbidden', 'forbidden sysctl: "net.core.somaxconn" not allowlisted'), 'Unschedulable', /net\.core\.somaxconn/, /allowed-unsafe-sysctls/],

  ['volume: Secret', creating(savedEvent('FailedMount', 'MountVolume.SetUp failed for volume "tls" : secret "tls" not found', {}, { count: 7 })), 'ContainerConfigInvalid', /volume is not mounted: .*secret "tls" not found/, /create secret generic tls/],
  ['volume: key', creating(savedEvent('FailedMount', 'MountVolume.SetUp failed for volume "cfg" : references non-existent config key: app.yml', {}, { count: 7 })), 'ContainerConfigInvalid', /non-existent config key: app\.yml/, /patch configmap settings .*app\.yml/],
  ['volume: host path', creating(savedEvent('FailedMount', 'MountVolume.SetUp failed for volume "host" : hostPath type check failed: /data is not a directory', {}, { count: 3 })), 'VolumeMountFailing', /\/data is not a directory/, /DirectoryOrCreate.*now Directory/],
  ['volume: attached elsewhere', creating(savedEvent('FailedAttachVolume', 'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and can\'t be attached to another')), 'VolumeMountFailing', /not attached: Multi-Attach/, /strategy Recreate/],
  ['volume: attach fails', creating(savedEvent('FailedAttachVolume', 'AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = Internal desc = Could not attach volume "vol-1" to node "i-1"')), 'VolumeMountFailing', /Could not attach volume "vol-1"/],
  ['volume: driver', creating(savedEvent('FailedMount', 'MountVolume.MountDevice failed for volume "pvc-1" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ebs.csi.aws.com not found in the list of registered CSI drivers')), 'VolumeMountFailing', /ebs\.csi\.aws\.com/, /Install the CSI driver ebs\.csi\.aws\.com/],
  ['volume: NFS', creating(savedEvent('FailedMount', 'MountVolume.SetUp failed for volume "nfs" : mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs a:/b /c\nOutput: mount.nfs: Connection timed out')), 'VolumeMountFailing', /mount\.nfs: Connection timed out/, /nfs-common/],
  ['volume: cause before its echo', creating(savedEvent('FailedMount', 'MountVolume.SetUp failed for volume "tls" : secret "tls" not found', {}, { count: 7 }), savedEvent('FailedMount', 'Unable to attach or mount volumes: unmounted volumes=[tls], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition', {}, { lastTimestamp: '2026-11-24T10:03:00Z' })), 'ContainerConfigInvalid', /secret "tls"/],
  ['sandbox: CNI', creating(savedEvent('FailedCreatePodSandBox', `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${'a'.repeat(64)}": plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory`)), 'PodSandboxFailing', /plugin type="flannel" failed/, /network plugin/],
  ['sandbox: no addresses', creating(savedEvent('FailedCreatePodSandBox', 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "x": plugin type="host-local" failed (add): failed to allocate for range 0: no IP addresses available in range set: 10.42.0.1-10.42.0.254')), 'PodSandboxFailing', /no IP addresses/, /addresses left/],
  ['sandbox: pause image', creating(savedEvent('FailedCreatePodSandBox', 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "rancher/mirrored-pause:3.6": failed to pull image "rancher/mirrored-pause:3.6": dial tcp: lookup registry-1.docker.io: no such host')), 'RegistryUnreachable', /mirrored-pause/, /docker\.io/],
  ['sandbox: runtime', creating(savedEvent('FailedCreatePodSandBox', 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "kata" is configured')), 'PodSandboxFailing', /no runtime for "kata"/, /runtimeClassName/],

  ['claim: no such class', [claim({ storageClassName: 'fast' }), savedEvent('ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found', ofClaim)], 'VolumeClaimPending', /^PersistentVolumeClaim shop\/data: .*no StorageClass fast/, /storageClassName/],
  ['claim: no such class among those saved', [claim({ storageClassName: 'fast' }), storage('local-path')], 'VolumeClaimPending', /no StorageClass fast/, /local-path/],
  ['claim: no default class', [claim(), savedEvent('FailedBinding', 'no persistent volumes available for this claim and no storage class is set', ofClaim)], 'VolumeClaimPending', /no storage class is set/, /is-default-class/],
  ['claim: provisioner fails', [claim({ storageClassName: 'gp3' }), savedEvent('ProvisioningFailed', 'failed to provision volume with StorageClass "gp3": rpc error: code = ResourceExhausted desc = quota', ofClaim)], 'VolumeClaimPending', /ResourceExhausted/],
  ['claim: no provisioner', [claim({ storageClassName: 'gp3' }), savedEvent('ExternalProvisioning', "Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system administrator.", ofClaim, { type: 'Normal' })], 'VolumeClaimPending', /waits for the provisioner ebs\.csi\.aws\.com/],
  ['claim: before the pod that waits for it', [podUnscheduled(only('pod has unbound immediate PersistentVolumeClaims')), claim({ storageClassName: 'fast' }), savedEvent('ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found', ofClaim)], 'VolumeClaimPending', /^PersistentVolumeClaim/],
  ['claim: lost', [claim({}, { phase: 'Lost' })], 'VolumeClaimPending', /volume is lost/],
  ['claim: events only', [savedEvent('ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found', ofClaim)], 'VolumeClaimPending', /^PersistentVolumeClaim shop\/data/],

  ['node', [savedNode([{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }])], 'NodeNotReady', /^Node node-1: it is not ready: NodeStatusUnknown: Kubelet stopped posting/, /describe node node-1/],
  ['node: network plugin', [savedNode([{ type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized' }])], 'NodeNotReady', /cni plugin not initialized/],
  ['node: pressure', [savedNode([...ready, { type: 'DiskPressure', status: 'True', reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure' }])], 'NodeUnderPressure', /DiskPressure/, /node-1: df -h/],
  ['node: explains the pod that waits for it', [podUnscheduled(only('1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }')), savedNode([{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }])], 'NodeNotReady', /./],
  ['node: events only', [savedEvent('NodeNotReady', 'Node node-1 status is now: NodeNotReady', { kind: 'Node', name: 'node-1', namespace: '', uid: 'node-1' })], 'NodeNotReady', /^Node node-1/],
]; // prettier-ignore

describe('placement, volumes and nodes', () => {
  test.each(table)('%s', (_, objects, code, message, hint = /./) => {
    const failure = diagnosed(objects);
    expect(failure?.code).toBe(code);
    expect(failure?.message).toMatch(message);
    expect(failure?.hint).toMatch(hint);
    expect(failure?.hint).not.toContain('…,');
  });
});
