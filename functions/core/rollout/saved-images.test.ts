import { describe, expect, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { diagnosed, podWaiting, savedEvent, savedNode, savedPod } from '../testing/saved.ts';

const image = 'ghcr.io/acme/shop:1';
const resolve = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": `;
const old = `rpc error: code = Unknown desc = ${resolve}`;
const err = (text: string, reason = 'ErrImagePull'): Manifest[] => [podWaiting(reason, text)];
const backOff = (text: string): Manifest[] =>
  err(`Back-off pulling image "${image}": ErrImagePull: ${text}`, 'ImagePullBackOff');
/** An old kubelet: the waiting message has forgotten the cause. */
const forgot = (...texts: string[]): Manifest[] => [
  podWaiting('ImagePullBackOff', `Back-off pulling image "${image}"`),
  ...texts.map((text) => savedEvent('Failed', text, { fieldPath: 'spec.containers{app}' })),
  savedEvent('Failed', 'Error: ErrImagePull', { fieldPath: 'spec.containers{app}' }),
  savedEvent('Failed', 'Error: ImagePullBackOff', { fieldPath: 'spec.containers{app}' }),
];

const table: [string, Manifest[], string, RegExp, RegExp?][] = [
  ['401 without a login, containerd 1.7', err(`${resolve}failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aacme%2Fshop%3Apull&service=ghcr.io: 401 Unauthorized`), 'ImagePullDenied', /ghcr\.io\/acme\/shop:1: .*\(401\).*no imagePullSecrets/, /create secret docker-registry .*--docker-server=ghcr\.io .*TOKEN/],
  ['401 without a login, containerd 1.6', err(`${old}failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized`), 'ImagePullDenied', /\(401\)/],
  ['401 with a wrong login', [podWaiting('ErrImagePull', `${resolve}failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://ghcr.io/token: 401 Unauthorized`, {}, { imagePullSecrets: [{ name: 'ghcr' }] })], 'ImagePullDenied', /\(401\), and does not accept/, /imagePullSecrets \(ghcr\)/],
  ['401 of HEAD', err(`${old}unexpected status from HEAD request to https://r.example.com/v2/x/manifests/1: 401 Unauthorized`), 'ImagePullDenied', /\(401\)/],
  ['401 of CRI-O', err('reading manifest 1 in ghcr.io/acme/shop: unauthorized: authentication required'), 'ImagePullDenied', /\(401\)/],
  ['401 of CRI-O token', err('initializing source docker://ghcr.io/acme/shop:1: Requesting bearer token: invalid status code from registry 401 (Unauthorized)'), 'ImagePullDenied', /\(401\)/],
  ['403 of CRI-O token', err('initializing source docker://ghcr.io/acme/shop:1: Requesting bearer token: invalid status code from registry 403 (Forbidden)'), 'ImagePullDenied', /\(403\)/],
  ['ECR without a login', err(`${resolve}pulling from host 1.dkr.ecr.eu-west-1.amazonaws.com failed with status code [manifests 1]: no basic auth credentials`), 'ImagePullDenied', /\(401\)/],
  ['Docker Hub denies', err(`${old}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`), 'ImagePullDenied', /no such repository, or it needs a login/],
  ['the pull secret is missing', [...err(`${resolve}failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized`), savedEvent('FailedToRetrieveImagePullSecret', 'Unable to retrieve some image pull secrets (ghcr); attempting to pull the image may not succeed.')], 'ImagePullDenied', /the pull secret ghcr is not there/],
  ['403 of the token', err(`${resolve}failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://ghcr.io/token: 403 Forbidden`), 'ImagePullDenied', /\(403\)/, /read:packages/],
  ['403 of the manifest', backOff(`${resolve}unexpected status from HEAD request to https://ghcr.io/v2/acme/shop/manifests/1: 403 Forbidden`), 'ImagePullDenied', /\(403\)/],
  ['403 denied', err(`${old}denied: denied`), 'ImagePullDenied', /\(403\)/],
  ['403 permission_denied', err(`${old}denied: permission_denied: read_package`), 'ImagePullDenied', /\(403\)/, /read:packages/],
  ['404 of a tag', err(`rpc error: code = NotFound desc = ${resolve}${image}: not found`), 'ImageNotFound', /ghcr\.io\/acme\/shop:1.*\(404\)/, /ghcr\.io\/acme\/shop:1/],
  ['404 of a tag, back-off of 1.32', backOff(`rpc error: code = NotFound desc = ${resolve}${image}: not found`), 'ImageNotFound', /\(404\)/],
  ['404 of a digest', [podWaiting('ErrImagePull', 'failed to resolve reference "ghcr.io/acme/shop@sha256:4010": ghcr.io/acme/shop@sha256:4010: not found', { image: 'ghcr.io/acme/shop@sha256:4010' })], 'ImageNotFound', /sha256:4010.*\(404\)/],
  ['404 manifest unknown', err('Error response from daemon: manifest for acme/shop:nope not found: manifest unknown: manifest unknown'), 'ImageNotFound', /\(404\)/],
  ['404 in the event only', forgot(`Failed to pull image "${image}": rpc error: code = NotFound desc = ${resolve}${image}: not found`), 'ImageNotFound', /\(404\)/],
  ['403 in the event only', forgot(`Failed to pull image "${image}": ${old}denied: denied`), 'ImagePullDenied', /\(403\)/],
  ['the event of another container counts for nothing', [podWaiting('ImagePullBackOff', `Back-off pulling image "${image}"`, {}, {}), savedEvent('Failed', 'Failed to pull image "other:1": denied: denied', { fieldPath: 'spec.containers{other}' })], 'ImagePullFailing', /Back-off pulling/, /crictl pull ghcr/],
  ['429', err(`${old}unexpected status code https://registry-1.docker.io/v2/library/x/manifests/1: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit`), 'RegistryRateLimited', /429 Too Many Requests/],
  ['the kubelet limits itself', err('pull QPS exceeded'), 'RegistryRateLimited', /pull QPS exceeded/],
  ['no match for platform', err(`rpc error: code = NotFound desc = failed to pull and unpack image "${image}": no match for platform in manifest: not found`), 'ImagePlatformMismatch', /no variant for the platform/, /buildx build --platform linux\/amd64,linux\/arm64/],
  ['no match for platform of a known node', [podWaiting('ErrImagePull', 'no match for platform in manifest sha256:12: not found', {}, { nodeName: 'node-1' }), savedNode()], 'ImagePlatformMismatch', /no variant/, /linux\/arm64/],
  ['no matching manifest, Docker', err('no matching manifest for linux/arm64/v8 in the manifest list entries'), 'ImagePlatformMismatch', /no variant/],
  ['no image for the architecture, CRI-O', err('choosing image instance: no image found in manifest list for architecture "arm64", variant "v8", OS "linux"'), 'ImagePlatformMismatch', /no variant/],
  ['name with capitals', [podWaiting('InvalidImageName', `Failed to apply default image tag "ghcr.io/Acme/Shop:1": couldn't parse image name "ghcr.io/Acme/Shop:1": invalid reference format: repository name (Acme/Shop) must be lowercase`, { image: 'ghcr.io/Acme/Shop:1' })], 'ImageNameInvalid', /ghcr\.io\/Acme\/Shop:1.*lower case/, /ghcr\.io\/acme\/shop:1/],
  ['name with a scheme', [podWaiting('InvalidImageName', 'Failed to apply default image tag "https://ghcr.io/a/b": couldn\'t parse image name "https://ghcr.io/a/b": invalid reference format', { image: 'https://ghcr.io/a/b' })], 'ImageNameInvalid', /not valid/, /: ghcr\.io\/a\/b$/],
  ['name does not resolve', err(`${old}failed to do request: Head "https://ghcr.io/v2/acme/shop/manifests/1": dial tcp: lookup ghcr.io on 10.0.0.2:53: no such host`), 'RegistryUnreachable', /does not resolve/, /ghcr\.io/],
  ['resolver times out', err(`${resolve}failed to do request: Head "https://ghcr.io/v2/": dial tcp: lookup ghcr.io: i/o timeout`), 'RegistryUnreachable', /does not answer/],
  ['refused', [podWaiting('ErrImagePull', 'failed to do request: Head "https://reg.example.com:5000/v2/x/manifests/1": dial tcp 10.0.0.9:5000: connect: connection refused', { image: 'reg.example.com:5000/x:1' })], 'RegistryUnreachable', /connection refused/, /reg\.example\.com:5000/],
  ['timeout', err('failed to do request: Head "https://ghcr.io/v2/x": net/http: TLS handshake timeout'), 'RegistryUnreachable', /timeout/],
  ['503', err('unexpected status from HEAD request to https://ghcr.io/v2/x/manifests/1: 503 Service Unavailable'), 'RegistryUnreachable', /503/],
  ['connection reset', err('read tcp 10.0.0.1:4->20.0.0.1:443: read: connection reset by peer'), 'RegistryUnreachable', /closes the connection/],
  ['unknown authority', [podWaiting('ErrImagePull', 'failed to do request: Head "https://reg.lan/v2/x": tls: failed to verify certificate: x509: certificate signed by unknown authority', { image: 'reg.lan/x:1' })], 'RegistryCertificateUntrusted', /x509/, /configs\."reg\.lan"\.tls\.ca_file in \/etc\/rancher\/k3s\/registries\.yaml/],
  ['expired certificate', err('Head "https://ghcr.io/v2/x": x509: certificate has expired or is not yet valid: current time 2026-11-24T10:00:00Z is after 2026-11-01'), 'RegistryCertificateUntrusted', /expired/],
  ['plain http', err('failed to do request: Head "https://reg:5000/v2/x": http: server gave HTTP response to HTTPS client'), 'RegistryCertificateUntrusted', /plain http/],
  ['disk full', err(`failed to pull and unpack image "${image}": failed to extract layer sha256:ab: write /var/lib/rancher/k3s/agent/containerd/x: no space left on device: unknown`), 'NodeUnderPressure', /no space left on device/, /crictl rmi --prune/],
  ['policy Never', [podWaiting('ErrImageNeverPull', `Container image "${image}" is not present with pull policy of Never`)], 'ImagePullFailing', /imagePullPolicy is Never/, /imagePullPolicy: IfNotPresent/],
  ['old manifest', err('not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1, please rebuild the image'), 'ImagePullFailing', /old manifest format/],
  ['unknown', err('something new'), 'ImagePullFailing', /something new/],
  ['of an init container', [savedPod({ initContainerStatuses: [{ name: 'migrate', ready: false, restartCount: 0, state: { waiting: { reason: 'ErrImagePull', message: 'denied: denied' } } }], containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { waiting: { reason: 'PodInitializing' } } }] }, {}, { initContainers: [{ name: 'migrate', image: 'ghcr.io/acme/migrate:1' }] })], 'ImagePullDenied', /init container migrate cannot pull ghcr\.io\/acme\/migrate:1/],
  ['events only', [savedEvent('Failed', `Failed to pull image "${image}": ${old}denied: denied`, { fieldPath: 'spec.containers{app}' }), savedEvent('BackOff', `Back-off pulling image "${image}"`, { fieldPath: 'spec.containers{app}' })], 'ImagePullDenied', /^Pod shop\/web-1: container app cannot pull ghcr\.io\/acme\/shop:1/],
]; // prettier-ignore

describe('images', () => {
  test.each(table)('%s', (_, objects, code, message, hint = /./) => {
    const failure = diagnosed(objects);
    expect(failure).toMatchObject({ code, subject: 'Pod shop/web-1' });
    expect(failure?.message).toMatch(message);
    expect(failure?.hint).toMatch(hint);
    expect(failure?.hint).not.toContain('…');
  });
});
