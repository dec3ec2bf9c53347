import { APP, REGISTRY, STRANGER_PASSWORD, worker, type FailureCase } from '../case.ts';

/** A private image that the app's pull secret is not for. */
const PRIVATE = `${REGISTRY}/team/private:1`;
const helper = (image: string, more: object = {}): object => ({ containers: [{ name: 'helper', image, ...more }] });
const stranger = { auths: { [REGISTRY]: { username: 'stranger', password: STRANGER_PASSWORD } } };

/** Images that the registry or the node does not give. */
export const imageCases: readonly FailureCase[] = [
  {
    name: 'the revision was never pushed',
    image: 'unpushed',
    expect: {
      outcome: 'failed',
      code: 'ImageNotFound',
      message: /has no \S+\/acme\/shop:[0-9a-f]{40}/,
      hint: /pushed/,
    },
  },
  {
    name: 'a private image, and no credential is configured',
    account: 'nobody',
    expect: { outcome: 'failed', code: 'ImagePullDenied', message: /acme\/shop.*401/, hint: /app\.pull/ },
  },
  {
    name: 'the credential may not read the package',
    account: 'stranger',
    expect: {
      outcome: 'failed',
      code: 'ImagePullDenied',
      message: /acme\/shop.*403/,
      hint: /shop\/stranger.*read:packages/,
    },
  },
  {
    name: 'the registry refuses connections',
    imageName: '127.0.0.1:4999/acme/shop',
    expect: {
      outcome: 'failed',
      code: 'RegistryUnreachable',
      message: /127\.0\.0\.1:4999.*ECONNREFUSED/,
      hint: /127\.0\.0\.1:4999/,
    },
  },
  {
    name: 'the image is for other platforms only',
    image: 'elsewhere',
    expect: {
      outcome: 'failed',
      code: 'ImagePlatformMismatch',
      message: /acme\/shop@sha256:\w+ is for linux\/s390x, and the nodes are linux\//,
      hint: /linux\/amd64,linux\/arm64/,
    },
  },
  {
    name: 'the program of the image is of another architecture',
    image: 'foreign',
    expect: {
      outcome: 'rolled_back',
      code: 'ImagePlatformMismatch',
      message: /container shop.*exec format error.*architecture/,
      hint: /linux\/amd64,linux\/arm64/,
    },
  },
  {
    name: 'a tag that the registry does not have',
    pod: helper(`${REGISTRY}/acme/helper:1`),
    expect: {
      outcome: 'rolled_back',
      code: 'ImageNotFound',
      message: /container helper.*acme\/helper:1.*404/,
      hint: /acme\/helper:1/,
    },
  },
  {
    name: 'a digest that the registry does not have',
    pod: helper(`${REGISTRY}/acme/shop-helper@sha256:${'0'.repeat(64)}`),
    expect: {
      outcome: 'rolled_back',
      code: 'ImageNotFound',
      message: /container helper.*@sha256:0+.*404/,
      hint: /acme\/shop-helper@/,
    },
  },
  {
    name: 'a private image, and the pod has no login',
    besides: true,
    objects: [worker('no-login', PRIVATE)],
    expect: {
      outcome: 'rolled_back',
      code: 'ImagePullDenied',
      message: /Pod shop\/no-login-.*team\/private:1.*401.*the pod has no imagePullSecrets/,
      hint: /team\/private:1/,
    },
  },
  {
    name: 'a private image, and the login of the pod has no right',
    besides: true,
    others: [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'stranger', namespace: APP },
        type: 'kubernetes.io/dockerconfigjson',
        stringData: { '.dockerconfigjson': JSON.stringify(stranger) },
      },
    ],
    objects: [worker('no-right', PRIVATE, { imagePullSecrets: [{ name: 'stranger' }] })],
    expect: {
      outcome: 'rolled_back',
      code: 'ImagePullDenied',
      message: /Pod shop\/no-right-.*team\/private:1.*403/,
      hint: /imagePullSecrets \(stranger\).*read:packages/,
    },
  },
  {
    name: 'an image name with capitals',
    pod: helper(`${REGISTRY}/Acme/Helper:1`),
    expect: {
      outcome: 'rolled_back',
      code: 'ImageNameInvalid',
      message: /container helper.*Acme\/Helper:1.*lower case/,
      hint: /acme\/helper:1/,
    },
  },
  {
    name: 'the node does not reach the registry',
    pod: helper('127.0.0.1:4999/acme/helper:1'),
    waits: true,
    expect: {
      outcome: 'rolled_back',
      code: 'RegistryUnreachable',
      message: /127\.0\.0\.1:4999\/acme\/helper:1.*does not answer/,
      hint: /127\.0\.0\.1:4999/,
    },
  },
  {
    name: 'the node does not trust the registry',
    pod: helper('10.43.0.1:443/acme/helper:1'),
    expect: {
      outcome: 'rolled_back',
      code: 'RegistryCertificateUntrusted',
      message: /10\.43\.0\.1:443\/acme\/helper:1.*certificate/,
      hint: /registries\.yaml/,
    },
  },
  {
    name: 'an image that is never to be pulled is not there',
    pod: helper(`${REGISTRY}/acme/helper:1`, { imagePullPolicy: 'Never' }),
    expect: {
      outcome: 'rolled_back',
      code: 'ImagePullFailing',
      message: /acme\/helper:1.*Never/,
      hint: /imagePullPolicy: IfNotPresent/,
    },
  },
];
