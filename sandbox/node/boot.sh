#!/bin/bash
# What the instance does from power on to power off. It is process 1 of its own PID, network, mount, IPC and UTS
# namespaces (see machine.ts): when it is killed, every process, mount, network link and iptables rule here is gone.
#
#   boot.sh DISK KUBERNETES NODE PRIVATE_IP PUBLIC_CIDR CGROUP
#
# DISK is the folder that survives: etc/ holds the configuration, var/ is mounted as /var.
# KUBERNETES is one program that acts as the component whose name it is called by.
set -eu
disk=$1 kubernetes=$2 node=$3 private_ip=$4 public_cidr=$5 cgroup=$6
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# First of all, so that the cgroup names every process of the instance.
while read -r hierarchy; do echo $$ >"$hierarchy$cgroup/machine/cgroup.procs"; done <"$disk/etc/cgroup-roots.txt"
hostname "$node"

# The instance's own /run and /var; the fixed paths of the configuration files begin here.
mkdir -p "$disk/var/lib" "$disk/var/log" "$disk/var/tmp"
exec 8<"$disk" 9<"$kubernetes"
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/instance /run/bin /run/sysctl
mount --no-canonicalize --bind /proc/self/fd/8 /run/instance
touch /run/bin/kubernetes
mount --no-canonicalize --bind /proc/self/fd/9 /run/bin/kubernetes
mount --bind /run/instance/var /var
exec 8<&- 9<&-
etc=/run/instance/etc

# Settings of the whole machine, not of a namespace: the kubelet changes a copy.
while read -r name value; do
  [ -e "/proc/sys/$name" ] || continue
  echo "$value" >"/run/sysctl/${name//\//.}"
  mount --bind "/run/sysctl/${name//\//.}" "/proc/sys/$name"
done <$etc/sysctl.txt

# The network card is plugged in from outside. The public address is what the world uses; Kubernetes knows the private one only.
# No default route: there is nothing beyond the gateway. Service addresses need some route before kube-proxy rewrites them.
ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done
[ ! -e /proc/sys/net/ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6
ip address add "$public_cidr" dev eth0
ip address add "$private_ip/32" dev eth0
ip link set eth0 up
ip route add 10.43.0.0/16 dev lo src "$private_ip"
echo 1 >/proc/sys/net/ipv4/ip_forward
[ ! -e /proc/sys/net/bridge ] || echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables

# Keeps a program running, as systemd does on a real node. Its output goes to /var/log/NAME.log.
keep() {
  local name=$1
  shift
  (while :; do
    "$@" >>"/var/log/$name.log" 2>&1 || true
    sleep 0.5
  done) &
}

# Keeps a component of Kubernetes running.
component() {
  local name=$1
  shift
  ln -sf kubernetes "/run/bin/$name"
  keep "$name" "/run/bin/$name" "$@"
}

keep containerd containerd --config $etc/containerd.toml
component etcd --data-dir=/var/lib/etcd --unsafe-no-fsync --log-level=warn \
  --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379 \
  --listen-peer-urls=http://127.0.0.1:2380
component kube-apiserver --etcd-servers=http://127.0.0.1:2379 \
  --secure-port=6443 --bind-address=0.0.0.0 --advertise-address="$private_ip" \
  --tls-cert-file=$etc/apiserver.crt --tls-private-key-file=$etc/apiserver.key --client-ca-file=$etc/client-ca.crt \
  --kubelet-client-certificate=$etc/kubelet-client.crt --kubelet-client-key=$etc/kubelet-client.key \
  --kubelet-preferred-address-types=InternalIP --kubelet-certificate-authority=$etc/server-ca.crt \
  --service-account-issuer=https://kubernetes.default.svc.cluster.local \
  --service-account-key-file=$etc/service-account.pub --service-account-signing-key-file=$etc/service-account.key \
  --service-cluster-ip-range=10.43.0.0/16 --authorization-mode=Node,RBAC \
  --enable-admission-plugins=NodeRestriction --anonymous-auth=false --allow-privileged=true --profiling=false

# The others give up when there is no API server; let them start once, when there is. The controller manager's default
# of 20 requests a second makes a fresh cluster wait five seconds for its service accounts.
until (: </dev/tcp/127.0.0.1/6443) 2>/dev/null; do sleep 0.05; done
component kube-controller-manager --kubeconfig=$etc/controller-manager.kubeconfig --leader-elect=false \
  --kube-api-qps=200 --kube-api-burst=400 --bind-address=127.0.0.1 --root-ca-file=$etc/server-ca.crt --use-service-account-credentials \
  --service-account-private-key-file=$etc/service-account.key --allocate-node-cidrs --cluster-cidr=10.42.0.0/16 \
  --service-cluster-ip-range=10.43.0.0/16 --profiling=false
component kube-scheduler --kubeconfig=$etc/scheduler.kubeconfig --leader-elect=false --bind-address=127.0.0.1 --profiling=false
component kube-proxy --config=$etc/kube-proxy.json

# The image that holds a pod's namespaces; on the disk after the first time.
until ctr --namespace k8s.io images import $etc/pause.tar >>/var/log/pause.log 2>&1; do sleep 0.1; done
component kubelet --config=$etc/kubelet.json --kubeconfig=$etc/kubelet.kubeconfig --hostname-override="$node" \
  --node-ip="$private_ip" --node-labels=node.kubernetes.io/instance-type=k3s

wait
