import { describe, expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { diagnosed, podCrashing, podIn, podWaiting, savedEvent, savedNode, savedPod } from '../testing/saved.ts';

const create = (message: string, container: object = {}, spec: object = {}): Manifest[] => [
  podWaiting('CreateContainerConfigError', message, container, spec),
];
const runc =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';
const started = (message: string): Manifest[] => [
  podCrashing({ exitCode: 128, reason: 'StartError', message: runc + message }),
];
const running = (container: object, ...events: Manifest[]): Manifest[] => [
  podIn({ running: {} }, { started: true }, container),
  ...events,
];
const about = { fieldPath: 'spec.containers{app}' };
const unhealthy = (message: string, more: object = {}): Manifest => savedEvent('Unhealthy', message, about, more);
const http = {
  readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, timeoutSeconds: 2 },
  ports: [{ name: 'http', containerPort: 8080 }],
};
const hook = { lifecycle: { postStart: { exec: { command: ['/bin/sh', '-c', 'exit 3'] } } } };

const table: [string, Manifest[], string, RegExp, RegExp?, string[]?][] = [
  ['exit 1', [podCrashing({ exitCode: 1 })], 'ContainerCrashing', /container app exits 1 \(CrashLoopBackOff, 4 restarts\)/, /kubectl -n shop logs web-1 -c app --previous/],
  ['with its log', [podCrashing({ exitCode: 1 })], 'ContainerCrashing', /its last log line: DATABASE_URL is not set\.$/, /./, ['up', 'DATABASE_URL is not set']],
  ['with a stack in its log', [podCrashing({ exitCode: 1 })], 'ContainerCrashing', /its log: Error: no config\.$/, /./, ['Error: no config', '    at main (app.js:1)', '}', 'Node.js v24.1.0']],
  ['termination message', [podCrashing({ exitCode: 1, message: 'start\nfatal: no license\n' })], 'ContainerCrashing', /: fatal: no license/],
  ['segmentation fault', [podCrashing({ exitCode: 139 })], 'ContainerCrashing', /SIGSEGV.*\(exit 139\)/],
  ['abort', [podCrashing({ exitCode: 134 })], 'ContainerCrashing', /SIGABRT.*\(exit 134\)/],
  ['killed', [podCrashing({ exitCode: 137 })], 'ContainerCrashing', /SIGKILL \(exit 137/],
  ['command not found in a shell', [podCrashing({ exitCode: 127 })], 'ContainerCrashing', /exits 127 \(the command was not found\)/],
  ['ends with 0', [podCrashing({ exitCode: 0, reason: 'Completed' })], 'ContainerCrashing', /exits 0 .*ends instead of going on/],
  ['between two starts', [podIn({ terminated: { exitCode: 2, reason: 'Error' } }, { restartCount: 3 })], 'ContainerCrashing', /exits 2 \(3 restarts\)/],
  ['running after crashes, not ready', [podIn({ running: {} }, { restartCount: 3, lastState: { terminated: { exitCode: 2, reason: 'Error' } } })], 'ContainerCrashing', /exits 2/],
  ['restartPolicy Never', [savedPod({ phase: 'Failed', containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { terminated: { exitCode: 3, reason: 'Error' } } }] }, {}, { restartPolicy: 'Never' })], 'ContainerCrashing', /exits 3/, /logs web-1 -c app$/],
  ['port in use', [podCrashing({ exitCode: 1 })], 'ContainerCrashing', /EADDRINUSE.*its port is in use already/, /port of its own/, ['Error: listen EADDRINUSE: address already in use :::8080']],
  ['may not bind', [podCrashing({ exitCode: 1 })], 'ContainerCrashing', /may not bind its port/, /above 1023.*NET_BIND_SERVICE/, ['Error: listen EACCES: permission denied 0.0.0.0:80']],
  ['may not bind, nginx', [podCrashing({ exitCode: 1 })], 'ContainerCrashing', /may not bind its port/, /1023/, ['nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)']],
  ['read-only file system', [podCrashing({ exitCode: 1 })], 'ContainerCrashing', /its file system is read-only/, /emptyDir.*readOnlyRootFilesystem: false/, ["Error: EROFS: read-only file system, open '/app/cache'"]],
  ['no such words without a log', [podCrashing({ exitCode: 1 })], 'ContainerCrashing', /^(?!.*(read-only|in use)).*$/],
  ['out of memory', [podCrashing({ exitCode: 137, reason: 'OOMKilled' }, 4, { resources: { limits: { memory: '64Mi' } } })], 'OutOfMemory', /limit of 64Mi \(OOMKilled, exit 137, 4 restarts\)/, /now 64Mi/],
  ['out of memory, as it is now', [podIn({ terminated: { exitCode: 137, reason: 'OOMKilled' } }, {}, { resources: { limits: { memory: '1Gi' } } })], 'OutOfMemory', /limit of 1Gi/],
  ['out of memory of the whole pod', [podCrashing({ exitCode: 137, reason: 'OOMKilled' }, 1, {}, { resources: { limits: { memory: '96Mi' } } })], 'OutOfMemory', /limit of 96Mi/],
  ['out of memory without a limit', [podCrashing({ exitCode: 137, reason: 'OOMKilled' })], 'OutOfMemory', /node ran out of memory/],
  ['out of memory at the start', started('container init was OOM-killed (memory limit too low?): unknown'), 'OutOfMemory', /when it started/],
  ['exec format error of the runtime', started('exec /app: exec format error'), 'ImagePlatformMismatch', /exec format error: .*another CPU architecture/, /--platform linux\/amd64,linux\/arm64/],
  ['exec format error in the log', [podCrashing({ exitCode: 1 })], 'ImagePlatformMismatch', /exec format error: .*another CPU architecture/, /ghcr\.io\/acme\/shop:1/, ['exec /usr/local/bin/node: exec format error']],
  ['exec format error on a known node', [podCrashing({ exitCode: 128, reason: 'StartError', message: 'exec format error' }, 1, {}, { nodeName: 'node-1' }), savedNode()], 'ImagePlatformMismatch', /linux\/arm64/],
  ['no such program', started('exec: "nodde": executable file not found in $PATH: unknown'), 'ContainerCannotRun', /not in the image: exec: "nodde": executable file not found in \$PATH/, /command of the container or ENTRYPOINT/],
  ['no such file', started('exec: "/app/run.sh": stat /app/run.sh: no such file or directory: unknown'), 'ContainerCannotRun', /\/app\/run\.sh: no such file or directory/, /Unix line ends/],
  ['not executable, runc 1.2', started('error during container init: exec: "/start.sh": permission denied: unknown'), 'ContainerCannotRun', /may not be executed: .*"\/start\.sh": permission denied/, /chmod \+x/],
  ['a folder as command', started('exec: "/app": is a directory: unknown'), 'ContainerCannotRun', /is a folder/],
  ['Docker cannot run', [podCrashing({ exitCode: 127, reason: 'ContainerCannotRun', message: 'OCI runtime create failed: exec: "x": executable file not found in $PATH' })], 'ContainerCannotRun', /executable file not found/],
  ['RunContainerError', [podWaiting('RunContainerError', `${runc}exec: "x": executable file not found in $PATH: unknown`)], 'ContainerCannotRun', /"x": executable file not found/],
  ['a folder mounted on a file', started('error mounting "/var/lib/kubelet/pods/1/volume-subpaths/c/app/0" to rootfs at "/etc/nginx/nginx.conf": mount src=x: not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)?'), 'VolumeMountFailing', /error mounting/, /subPath/],
  ['no command', [podWaiting('CreateContainerError', 'failed to generate container "1" spec: failed to generate spec: no command specified')], 'ContainerCannotRun', /no command specified/, /command of container app, or ENTRYPOINT/],
  ['user not in the image', [podWaiting('CreateContainerError', 'failed to generate container spec: unable to find user app: no matching entries in passwd file')], 'ContainerCannotRun', /unable to find user app/, /runAsUser/],
  ['runs as root', create('container has runAsNonRoot and image will run as root (pod: "web-1_shop(1)", container: app)'), 'RunAsNonRootViolated', /will run as root/, /USER 1000.*runAsUser: 1000/],
  ['non-numeric user', create('container has runAsNonRoot and image has non-numeric user (node), cannot verify user is non-root (pod: "web-1_shop(1)", container: app)'), 'RunAsNonRootViolated', /non-numeric user \(node\)/, /USER 1000 instead of node/],
  ['runAsUser 0', create("container's runAsUser breaks non-root policy (pod: \"web-1_shop(1)\", container: app)"), 'RunAsNonRootViolated', /non-root policy/, /another number than 0/],
  ['missing Secret', create('secret "db" not found', { env: [{ name: 'DATABASE_URL', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } }] }), 'ContainerConfigInvalid', /secret "db" not found \(env DATABASE_URL\)/, /kubectl -n shop create secret generic db --from-literal=url=VALUE/],
  ['missing ConfigMap of envFrom', create('configmap "settings" not found', { envFrom: [{ configMapRef: { name: 'settings' } }] }), 'ContainerConfigInvalid', /configmap "settings" not found \(envFrom\)/, /create configmap settings.*optional: true/],
  ['missing key of a Secret', create("couldn't find key password in Secret shop/db"), 'ContainerConfigInvalid', /find key password in Secret shop\/db/, /patch secret db --type merge -p '\{"stringData":\{"password":"VALUE"\}\}'/],
  ['missing key of a ConfigMap', create("couldn't find key LOG in ConfigMap shop/settings"), 'ContainerConfigInvalid', /find key LOG/, /patch configmap settings .*\{"data":\{"LOG":"VALUE"\}\}/],
  ['subPath', create('failed to prepare subPath for volumeMount "data" of container "app"'), 'ContainerConfigInvalid', /subPath/, /without ".."/],
  ['hook', [podWaiting('PostStartHookError', '', hook), savedEvent('FailedPostStartHook', 'PostStartHook failed', about)], 'LifecycleHookFailing', /postStart hook \(\/bin\/sh -c exit 3\) fails/, /lifecycle\.postStart/],
  ['hook with its words', [podWaiting('PostStartHookError', 'Exec lifecycle hook ([/bin/sh -c exit 3]) for Container "app" in Pod "web-1_shop(1)" failed - error: command \'/bin/sh -c exit 3\' exited with 3: , message: ""', hook)], 'LifecycleHookFailing', /exited with 3/],
  ['hook in a crash loop', [podCrashing({ exitCode: 137 }, 3, hook), savedEvent('FailedPostStartHook', 'PostStartHook failed', about)], 'LifecycleHookFailing', /postStart hook/],
  ['readiness 503', running(http, unhealthy('Readiness probe failed: HTTP probe failed with statuscode: 503', { count: 9 })), 'ProbeFailing', /readiness probe \(GET \/healthz on port 8080\): HTTP probe failed with statuscode: 503 \(9 times\)/, /answers 503 at \/healthz/],
  ['readiness 404', running(http, unhealthy('Readiness probe failed: HTTP probe failed with statuscode: 404')), 'ProbeFailing', /404/, /readinessProbe\.httpGet\.path/],
  ['readiness refused', running(http, unhealthy('Readiness probe failed: Get "http://10.42.0.9:8080/healthz": dial tcp 10.42.0.9:8080: connect: connection refused')), 'ProbeFailing', /connection refused/, /listen on port 8080 at 0\.0\.0\.0/],
  ['readiness timeout', running(http, unhealthy('Readiness probe failed: Get "http://10.42.0.9:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)')), 'ProbeFailing', /Client\.Timeout/, /readinessProbe\.timeoutSeconds \(now 2\)/],
  ['readiness exec', running({ readinessProbe: { exec: { command: ['cat', '/tmp/ok'] } } }, unhealthy('Readiness probe failed: cat: /tmp/ok: No such file or directory')), 'ProbeFailing', /exec cat \/tmp\/ok\): cat: \/tmp\/ok: No such file/, /kubectl exec/],
  ['readiness TCP', running({ readinessProbe: { tcpSocket: { port: 5432 } } }, unhealthy('Readiness probe failed: dial tcp 10.42.0.9:5432: connect: connection refused')), 'ProbeFailing', /TCP port 5432\)/, /port 5432/],
  ['readiness gRPC', running({ readinessProbe: { grpc: { port: 9000 } } }, unhealthy('Readiness probe failed: service unhealthy (responded with "NOT_SERVING")')), 'ProbeFailing', /gRPC health on port 9000\).*NOT_SERVING/, /grpc\.health\.v1\.Health/],
  ['named port that is not there', running({ readinessProbe: { httpGet: { path: '/', port: 'web' } } }, unhealthy('Readiness probe errored and resulted in unknown state: strconv.Atoi: parsing "web": invalid syntax')), 'ProbeFailing', /no port named web/, /ports\[\]\.name/],
  ['wrong scheme', running(http, unhealthy('Readiness probe failed: Get "https://10.42.0.9:8080/healthz": tls: first record does not look like a TLS handshake')), 'ProbeFailing', /TLS handshake/, /httpGet\.scheme/],
  ['startup', [podCrashing({ exitCode: 137 }, 2, { startupProbe: { httpGet: { path: '/up', port: 8080 } } }), unhealthy('Startup probe failed: Get "http://10.42.0.9:8080/up": dial tcp 10.42.0.9:8080: connect: connection refused'), savedEvent('Killing', 'Container app failed startup probe, will be restarted', about)], 'ProbeFailing', /startup probe \(GET \/up on port 8080\).*the kubelet restarts it/],
  ['liveness', [podIn({ running: {} }, { restartCount: 3, lastState: { terminated: { exitCode: 143, reason: 'Error' } } }, { livenessProbe: { httpGet: { path: '/live', port: 8080 } } }), unhealthy('Liveness probe failed: HTTP probe failed with statuscode: 500'), savedEvent('Killing', 'Container app failed liveness probe, will be restarted', about)], 'ProbeFailing', /liveness probe \(GET \/live on port 8080\): .*500/],
  ['liveness of an app that ends in good order', [podCrashing({ exitCode: 0, reason: 'Completed' }, 2, { livenessProbe: { httpGet: { path: '/live', port: 8080 } } }), unhealthy('Liveness probe failed: HTTP probe failed with statuscode: 500'), savedEvent('Killing', 'Container app failed liveness probe, will be restarted', about)], 'ProbeFailing', /liveness probe/],
  ['a crash of its own beside a failing probe', [podCrashing({ exitCode: 1 }, 2, { livenessProbe: { httpGet: { path: '/live', port: 8080 } } }), unhealthy('Liveness probe failed: connection refused')], 'ContainerCrashing', /exits 1/],
  ['init container', [savedPod({ initContainerStatuses: [{ name: 'migrate', ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 5, reason: 'Error' } } }], containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { waiting: { reason: 'PodInitializing' } } }] }, {}, { initContainers: [{ name: 'migrate', image: 'x' }] })], 'ContainerCrashing', /init container migrate exits 5/, /-c migrate --previous/],
  ['sidecar', [savedPod({ initContainerStatuses: [{ name: 'proxy', ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 2, reason: 'Error' } } }] }, {}, { initContainers: [{ name: 'proxy', image: 'x', restartPolicy: 'Always' }] })], 'ContainerCrashing', /sidecar container proxy exits 2/],
  ['events only: back-off', [savedEvent('BackOff', 'Back-off restarting failed container app in pod web-1_shop(p-1)', about, { count: 12 })], 'ContainerCrashing', /container app keeps ending \(CrashLoopBackOff.*12 back-offs/],
  ['events only: probe', [unhealthy('Readiness probe failed: HTTP probe failed with statuscode: 500')], 'ProbeFailing', /statuscode: 500/],
  ['events only: missing Secret', [savedEvent('Failed', 'Error: secret "db" not found', about)], 'ContainerConfigInvalid', /secret "db" not found/],
  ['events of events.k8s.io', [podIn({ running: {} }, {}, http), { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'e', namespace: 'shop' }, type: 'Warning', reason: 'Unhealthy', note: 'Readiness probe failed: HTTP probe failed with statuscode: 502', regarding: { kind: 'Pod', namespace: 'shop', name: 'web-1', uid: 'p-1', ...about }, eventTime: '2026-11-24T10:01:00.000000Z', series: { count: 7, lastObservedTime: '2026-11-24T10:02:00.000000Z' } }], 'ProbeFailing', /502 \(7 times\)/],
]; // prettier-ignore

describe('containers', () => {
  test.each(table)('%s', (_, objects, code, message, hint = /./, logs = []) => {
    const failure = diagnosed(objects, logs);
    expect(failure).toMatchObject({ code, subject: 'Pod shop/web-1' });
    expect(failure?.message).toMatch(message);
    expect(failure?.hint).toMatch(hint);
  });
});
