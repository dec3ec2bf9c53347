import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kubeconfig } from './kubeconfig.ts';
import { PAUSE_IMAGE } from './pause.ts';
import type { Client, NodeIdentity, Pki } from './pki.ts';

/** k3s's defaults. */
export const SERVICE_CIDR = '10.43.0.0/16';
const SERVICE_IP = '10.43.0.1';
export const POD_CIDR = '10.42.0.0/16';
const NODE_POD_CIDR = '10.42.0.0/24';
const CLUSTER_DNS = '10.43.0.10';

/** Bytes that pods may request together: the instance is one of 1 GiB, whatever this machine has. */
export const ALLOCATABLE_MEMORY = 2 ** 30;

/** Private address and names of a sandbox's instance, as EC2 gives them. */
export function nodeIdentity(slot: number): NodeIdentity {
  const privateIp = `10.0.0.${10 + slot}`;
  return { name: `ip-${privateIp.replaceAll('.', '-')}`, privateIp, serviceIp: SERVICE_IP };
}

/** Where boot.sh mounts this folder inside the instance. */
const ETC = '/run/instance/etc';
const CONTAINERD = 'unix:///run/containerd/containerd.sock';

export interface RegistryTrust {
  /** Host and port, as in image names: `203.0.113.1:5000`. */
  host: string;
  /** PEM of the authority that signed the registry's certificate. */
  ca: string;
}

export interface NodeConfig {
  node: NodeIdentity;
  pki: Pki;
  /** Path of the instance's cgroup in each hierarchy, e.g. `/hawser-0`. */
  cgroup: string;
  /** Bytes of memory of this machine, which the kubelet reports as the node's capacity. */
  totalMemory: number;
  registry?: RegistryTrust;
}

/** Writes every configuration file of the instance into the folder. They are the same at each power on. */
export function writeNodeConfig(dir: string, config: NodeConfig): void {
  const { node, pki, registry } = config;
  const files: Record<string, string | object> = {
    'containerd.toml': containerd(),
    'kubelet.json': kubelet(config),
    'kube-proxy.json': proxy(node),
    'cni/10-bridge.conflist': cni(),
    'resolv.conf': '# No name server: the instance reaches its gateway and nothing else.\n',
    'sysctl.txt': HOST_WIDE_SETTINGS.map(([name, value]) => `${name} ${value}\n`).join(''),
    ...pkiFiles(pki),
    ...componentKubeconfigs(pki, 'https://127.0.0.1:6443'),
  };
  if (registry !== undefined) {
    files[`certs.d/${registry.host}/hosts.toml`] = registryHost(registry.host);
    files[`certs.d/${registry.host}/ca.crt`] = registry.ca;
  }
  writeFiles(dir, files);
}

/** Kernel settings that the kubelet wants to change and that belong to the whole machine: it gets copies instead. */
const HOST_WIDE_SETTINGS: [string, number][] = [
  ['vm/overcommit_memory', 1],
  ['vm/panic_on_oom', 0],
  ['kernel/panic', 10],
  ['kernel/panic_on_oops', 1],
  ['kernel/keys/root_maxkeys', 1_000_000],
  ['kernel/keys/root_maxbytes', 25_000_000],
];

export function pkiFiles(pki: Pki): Record<string, string> {
  return {
    'server-ca.crt': pki.serverCa,
    'client-ca.crt': pki.clientCa,
    'apiserver.crt': pki.apiServer.certificate,
    'apiserver.key': pki.apiServer.key,
    'kubelet.crt': pki.kubelet.certificate,
    'kubelet.key': pki.kubelet.key,
    'kubelet-client.crt': pki.clients.apiServer.certificate,
    'kubelet-client.key': pki.clients.apiServer.key,
    'service-account.pub': pki.serviceAccount.publicKey,
    'service-account.key': pki.serviceAccount.privateKey,
  };
}

/** One kubeconfig per component, each with the identity that Kubernetes' built-in roles know. */
export function componentKubeconfigs(pki: Pki, server: string): Record<string, string> {
  const names: Record<string, Client> = {
    'controller-manager': 'controllerManager',
    scheduler: 'scheduler',
    kubelet: 'kubelet',
    'kube-proxy': 'proxy',
    admin: 'admin',
  };
  return Object.fromEntries(
    Object.entries(names).map(([file, client]) => [
      `${file}.kubeconfig`,
      kubeconfig({ server, ca: pki.serverCa, client: pki.clients[client], tlsServerName: 'kubernetes' }),
    ]),
  );
}

/** Writes the files, objects as JSON; readable by the owner only, since keys are among them. */
export function writeFiles(dir: string, files: Record<string, string | object>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2), { mode: 0o600 });
  }
}

function containerd(): string {
  return `version = 2

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # Lowering a score needs CAP_SYS_RESOURCE, which root in a container often lacks.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${ETC}/cni"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${ETC}/certs.d"
`;
}

/** No credentials here: a pull that needs them gets them from the pod's imagePullSecrets, as on a k3s node. */
function registryHost(host: string): string {
  return `server = "https://${host}"
# Asked last, when the host below does not have an image: untrusted, it would make every missing image look like a wrong certificate.
ca = "${ETC}/certs.d/${host}/ca.crt"

[host."https://${host}"]
  capabilities = ["pull", "resolve"]
  ca = "${ETC}/certs.d/${host}/ca.crt"
`;
}

function kubelet({ cgroup, totalMemory }: NodeConfig): object {
  const evictionMemory = 50 * 2 ** 20;
  const reserved = Math.max(0, totalMemory - ALLOCATABLE_MEMORY - evictionMemory);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: '0.0.0.0',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${ETC}/client-ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: `${ETC}/kubelet.crt`,
    tlsPrivateKeyFile: `${ETC}/kubelet.key`,
    containerRuntimeEndpoint: CONTAINERD,
    clusterDomain: 'cluster.local',
    clusterDNS: [CLUSTER_DNS],
    resolvConf: `${ETC}/resolv.conf`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    cgroupsPerQOS: true,
    // The reservation below describes a small instance; enforcing it would need cgroups that the instance does not own.
    enforceNodeAllocatable: [],
    systemReserved: { memory: String(reserved) },
    evictionHard: { 'memory.available': String(evictionMemory), 'nodefs.available': '1%', 'imagefs.available': '1%' },
    // 100 switches the collection off: the disk is the developer's, and the pause image comes from no registry.
    imageGCHighThresholdPercent: 100,
    failSwapOn: false,
    failCgroupV1: false,
    oomScoreAdj: 0,
    nodeStatusUpdateFrequency: '4s',
    volumePluginDir: '/var/lib/kubelet/volumeplugins',
  };
}

function proxy(node: NodeIdentity): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    bindAddress: '127.0.0.1',
    clientConnection: { kubeconfig: `${ETC}/kube-proxy.kubeconfig` },
    clusterCIDR: POD_CIDR,
    hostnameOverride: node.name,
    oomScoreAdj: 0,
    // The size of the connection table belongs to the whole machine.
    conntrack: { maxPerCore: 0 },
  };
}

function cni(): object {
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          // Forgotten at power off, like the pods' network namespaces.
          dataDir: '/run/cni',
          ranges: [[{ subnet: NODE_POD_CIDR }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}
