/** Names of fields that people write in manifests of the usual kinds. */
const known =
  `activeDeadlineSeconds affinity allowPrivilegeEscalation annotations apiVersion args automountServiceAccountToken
backoffLimit capabilities claimName clusterIP command completions concurrencyPolicy configMap configMapKeyRef configMapRef containerPort
containers data defaultBackend defaultMode deletionPolicy dnsPolicy emptyDir enableServiceLinks env envFrom ephemeral exec externalTrafficPolicy
failureThreshold fieldPath fieldRef finalizers fsGroup grpc host hostIP hostNetwork hostPath hostPort hosts http httpGet httpHeaders image
imagePullPolicy imagePullSecrets immutable ingressClassName initContainers initialDelaySeconds items jobTemplate key kind labels lifecycle limits
livenessProbe loadBalancerClass matchExpressions matchLabels maxReplicas maxSurge maxUnavailable medium metadata metrics minAvailable
minReadySeconds minReplicas mountPath name namespace nodeAffinity nodeName nodePort nodeSelector operator optional parallelism path pathType paused
periodSeconds persistentVolumeClaim podAntiAffinity podSelector policyTypes port ports postStart preStop priorityClassName privileged
progressDeadlineSeconds protocol provisioner readOnly readOnlyRootFilesystem readinessProbe replicas requests resources restartPolicy
revisionHistoryLimit rollingUpdate rules runAsGroup runAsNonRoot runAsUser runtimeClassName scaleTargetRef schedule scheme seccompProfile secret secretKeyRef
secretName secretRef securityContext selector service serviceAccountName serviceName sessionAffinity sizeLimit spec startupProbe storage
storageClassName strategy stringData subPath successThreshold suspend targetPort tcpSocket template terminationGracePeriodSeconds
timeZone timeoutSeconds tls tolerations topologySpreadConstraints ttlSecondsAfterFinished type updateStrategy value valueFrom
verbs volumeClaimTemplates volumeMounts volumes workingDir`.split(/\s+/);

/** The known field name nearest to the last name of `field` (`.spec.template.spec.containers[0].imag`), if one is near. */
export function nearestField(field: string): string | undefined {
  const name = /([A-Za-z_-]+)(?:\[[^\]]*\])?$/.exec(field)?.[1] ?? '';
  const most = name.length <= 4 ? 1 : 2;
  const near = known
    .map((candidate) => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase(), most) }))
    .filter((one) => one.distance <= most && one.candidate !== name)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.candidate;
}

/** Edits (insert, delete, replace, swap of neighbours) between both; anything above `most` may be told as `most + 1`. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let older: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (older[j - 2] ?? 0) + 1);
      next.push(best);
    }
    [older, row] = [row, next];
  }
  return row[b.length] ?? most + 1;
}
