import { describe, expect, it, test } from 'vitest';
import type { Manifest } from '../kubernetes.ts';
import { imageName, isImage, pinImages, usesImage } from './image.ts';

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

describe('pinImages', () => {
  const image = { name: 'ghcr.io/acme/shop', pinned: 'ghcr.io/acme/shop@sha256:ab' };
  const pod = {
    initContainers: [{ name: 'i', image: 'ghcr.io/acme/shop' }, { name: 'sidecar', image: 'ghcr.io/acme/shop:old', restartPolicy: 'Always' }],
    containers: [{ name: 'a', image: 'ghcr.io/acme/shop:1' }, { name: 'b', image: 'redis:7' }],
  }; // prettier-ignore
  const pinnedPod = {
    initContainers: [{ name: 'i', image: image.pinned }, { name: 'sidecar', image: image.pinned, restartPolicy: 'Always' }],
    containers: [{ name: 'a', image: image.pinned }, { name: 'b', image: 'redis:7' }],
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
});
