import { describe, expect, it, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { textAt } from '../rollout/field.ts';
import { noHooks, pullSecretsOf } from '../target.ts';
import { imageName, isImage, isPinned, pinImages, usesImage } from './image.ts';

test.each([
  ['ghcr.io/acme/shop', 'ghcr.io/acme/shop'],
  ['ghcr.io/acme/shop:1.2', 'ghcr.io/acme/shop'],
  ['ghcr.io/acme/shop@sha256:00', 'ghcr.io/acme/shop'],
  ['localhost:5000/shop:1@sha256:00', 'localhost:5000/shop'],
  ['localhost:5000/shop', 'localhost:5000/shop'],
  ['nginx:1', 'nginx'],
])('the name of image %s is %s', (reference, name) => {
  expect(imageName(reference)).toBe(name);
});

test.each([
  ['acme/shop:1', 'docker.io/acme/shop', true],
  ['index.docker.io/acme/shop', 'docker.io/acme/shop', true],
  ['nginx', 'docker.io/library/nginx', true],
  ['localhost/shop', 'docker.io/localhost/shop', false],
  ['ghcr.io/acme/shop-proxy', 'ghcr.io/acme/shop', false],
  ['ghcr.io/acme/shop/proxy', 'ghcr.io/acme/shop', false],
  ['registry.example.com/ghcr.io/acme/shop', 'ghcr.io/acme/shop', false],
])('%s is %s: %s', (reference, name, expected) => {
  expect(isImage(reference, name)).toBe(expected);
});

test.each([
  ['shop', false],
  ['shop:1', false],
  [`shop@sha256:${'ab'.repeat(32)}`, true],
  [`shop:1@sha256:${'ab'.repeat(32)}`, true],
  [`shop@sha512:${'ab'.repeat(64)}`, true],
  [`shop@sha256:${'ab'.repeat(31)}`, false],
  [`sha256:${'ab'.repeat(32)}`, false],
])('%s names bytes: %s', (reference, expected) => {
  expect(isPinned(reference)).toBe(expected);
});

describe('pinImages', () => {
  const image = { name: 'ghcr.io/acme/shop', pinned: 'ghcr.io/acme/shop@sha256:ab' };
  const pod = {
    initContainers: [{ name: 'i', image: 'ghcr.io/acme/shop' }, { name: 'sidecar', image: 'ghcr.io/acme/shop:old', restartPolicy: 'Always' }],
    containers: [{ name: 'a', image: 'GHCR.io:443/acme/shop:1' }, { name: 'b', image: 'redis:7' }, { image: 'ghcr.io/acme/shop:2' }],
    ephemeralContainers: [{ name: 'look', image: 'ghcr.io/acme/shop@sha256:00' }],
    volumes: [{ name: 'own', image: { reference: 'ghcr.io./acme/shop:1', pullPolicy: 'Always' } }, { name: 'other', image: { reference: 'data:1' } }, { name: 'none', emptyDir: {} }],
  }; // prettier-ignore
  const pinnedPod = {
    initContainers: [{ name: 'i', image: image.pinned }, { name: 'sidecar', image: image.pinned, restartPolicy: 'Always' }],
    containers: [{ name: 'a', image: image.pinned }, { name: 'b', image: 'redis:7' }, { image: image.pinned }],
    ephemeralContainers: [{ name: 'look', image: image.pinned }],
    volumes: [{ name: 'own', image: { reference: image.pinned, pullPolicy: 'Always' } }, { name: 'other', image: { reference: 'data:1' } }, { name: 'none', emptyDir: {} }],
    imagePullSecrets: [{ name: 'pull' }],
  }; // prettier-ignore

  test.each<[string, (spec: unknown) => Record<string, unknown>]>([
    ['Pod', (spec) => ({ spec })],
    ['Deployment', (spec) => ({ spec: { template: { spec } } })],
    ['Job', (spec) => ({ spec: { template: { spec } } })],
    ['CronJob', (spec) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } })],
    ['PodTemplate', (spec) => ({ template: { spec } })],
    ['a custom kind with several', (spec) => ({ spec: { pools: [{ podTemplate: { spec } }] } })],
  ])('finds every container of a %s', (kind, wrap) => {
    const object = { apiVersion: 'v1', kind, metadata: { name: 'x' }, ...wrap(structuredClone(pod)) } as Manifest;
    expect(usesImage(object, image.name)).toBe(true);
    pinImages(object, image, 'pull');
    expect(object).toEqual({ apiVersion: 'v1', kind, metadata: { name: 'x' }, ...wrap(pinnedPod) });
  });

  it('touches neither selectors, nor claim templates, nor text that only looks like it', () => {
    const rest = {
      selector: { matchLabels: { image: 'ghcr.io/acme/shop' } },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }],
      env: [{ name: 'IMAGE', value: 'ghcr.io/acme/shop' }],
    };
    const set = { spec: { ...structuredClone(rest), template: { spec: structuredClone(pod) } } };
    pinImages(set, image, 'pull');
    expect(set).toEqual({ spec: { ...rest, template: { spec: pinnedPod } } });
  });

  it.each([
    ['mounts the image only', { containers: [{ name: 'b', image: 'redis:7' }], volumes: [{ name: 'own', image: { reference: 'ghcr.io/acme/shop' } }] }, true],
    ['has a container without a name', { containers: [{ image: 'ghcr.io/acme/shop' }] }, true],
    ['runs another image only', { containers: [{ name: 'b', image: 'redis:7' }] }, false],
    ['has no containers', { volumes: [{ name: 'own', image: { reference: 'ghcr.io/acme/shop' } }] }, false],
  ])('a pod spec that %s', (_, spec, isGiven) => {
    const object = { spec: structuredClone(spec) };
    pinImages(object, image, 'pull');
    expect('imagePullSecrets' in object.spec).toBe(isGiven);
  }); // prettier-ignore

  it('names the registry as the pull secret does, however the manifest spells it', () => {
    const metadata = { name: 'x', namespace: 'shop' };
    const spec = { containers: [{ name: 'a', image: 'GHCR.IO:443/acme/shop:1' }] };
    const object: Manifest = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
    pinImages(object, image, 'pull');
    const target = {
      objects: [object],
      hooks: noHooks,
      revision: 'c0ffee',
      image: image.pinned,
      address: '203.0.113.1',
    };
    const [secret] = pullSecretsOf({ ...target, credential: { username: 'u', password: 'p' } });
    const encoded = textAt(secret, 'data', '.dockerconfigjson');
    const { auths } = JSON.parse(Buffer.from(encoded, 'base64').toString()) as { auths: object };
    expect(spec.containers.map((one) => one.image.split('/')[0])).toEqual(Object.keys(auths));
  });
});
