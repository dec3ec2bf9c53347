import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { pinImages } from './image.ts';
import { repositoryOf } from './image-repository.ts';

test.each([
  ['capitals in the host', 'REGISTRY.Test/acme/shop', 'registry.test/acme/shop'],
  ['the port of https', 'registry.test:443/acme/shop', 'registry.test/acme/shop'],
  ['the port of https, with zeros', 'registry.test:00443/acme/shop', 'registry.test/acme/shop'],
  ['the port of http, as a node may be set', 'registry.test:80/acme/shop', 'registry.test/acme/shop'],
  ['another port, with zeros', 'registry.test:05000/acme/shop', 'registry.test:5000/acme/shop'],
  ['the final dot of a DNS name', 'registry.test./acme/shop', 'registry.test/acme/shop'],
  ['all of it', 'Registry.TEST.:443/acme/shop', 'registry.test/acme/shop'],
  ['one word, which is Docker Hub’s own', 'shop', 'docker.io/library/shop'],
  ['library/ without a host', 'library/shop', 'docker.io/library/shop'],
  ['docker.io without library/', 'docker.io/shop', 'docker.io/library/shop'],
  ['two words', 'acme/shop', 'docker.io/acme/shop'],
  ['the index of Docker Hub', 'index.docker.io/acme/shop', 'docker.io/acme/shop'],
  ['the registry of Docker Hub', 'registry-1.docker.io/acme/shop', 'docker.io/acme/shop'],
  ['the API of Docker Hub', 'registry.hub.docker.com/acme/shop', 'docker.io/acme/shop'],
  ['Docker Hub with all of it', 'Index.Docker.IO.:443/shop', 'docker.io/library/shop'],
  ['this machine by its address', '127.0.0.1:5000/shop', 'localhost:5000/shop'],
  ['this machine in IPv6', '[0:0:0:0:0:0:0:1]:5000/shop', 'localhost:5000/shop'],
  ['this machine in capitals', 'LOCALHOST:5000/shop', 'localhost:5000/shop'],
  ['this machine in capitals, without a port', 'LocalHost/shop', 'localhost/shop'],
  ['IPv4 written as IPv6', '[::FFFF:a00:5]/shop', '10.0.0.5/shop'],
  ['IPv4 in a short form', '10.5/shop', '10.0.0.5/shop'],
])('%s: %s is %s', (_, name, repository) => {
  expect(repositoryOf(name)).toBe(repository);
  expect(repositoryOf(repository)).toBe(repository);
});

test.each([
  ['another port', 'registry.test:5000/acme/shop', 'registry.test/acme/shop'],
  ['a port that is none', 'registry.test:443x/acme/shop', 'registry.test/acme/shop'],
  ['another host', 'mirror.registry.test/acme/shop', 'registry.test/acme/shop'],
  ['a longer path', 'registry.test/acme/shop-worker', 'registry.test/acme/shop'],
  ['a path below', 'registry.test/acme/shop/worker', 'registry.test/acme/shop'],
  ['the path of another registry', 'proxy.test/registry.test/acme/shop', 'registry.test/acme/shop'],
  ['capitals in the path, which no runtime takes', 'registry.test/acme/Shop', 'registry.test/acme/shop'],
  ['a first word with capitals, which is a host', 'Acme/shop', 'docker.io/acme/shop'],
  ['library/ of another registry', 'registry.test/library/shop', 'registry.test/shop'],
  ['localhost, which is no organisation', 'localhost/shop', 'docker.io/localhost/shop'],
  ['another machine', '127.0.0.2:5000/shop', 'localhost:5000/shop'],
])('%s: %s is not %s', (_, name, other) => {
  expect(repositoryOf(name)).not.toBe(repositoryOf(other));
});

describe('what a runtime takes for the app’s repository', () => {
  const dns = (name: string, ports: string[]): fc.Arbitrary<string> =>
    fc
      .tuple(fc.mixedCase(fc.constant(name)), fc.constantFrom('', '.'), fc.constantFrom(...ports))
      .map(([host, dot, port]) => `${host}${dot}${port}/`);
  /** Each registry with the ways to write it. */
  const registries = {
    'ghcr.io': dns('ghcr.io', ['', ':443', ':0443', ':80']),
    'ghcr.io:8443': dns('ghcr.io', [':8443', ':008443']),
    'registry.test': dns('registry.test', ['', ':443']),
    'docker.io': fc.oneof(
      fc.constant(''),
      ...['docker.io', 'index.docker.io', 'registry-1.docker.io'].map((name) => dns(name, ['', ':443'])),
    ),
    'localhost:5000': fc.constantFrom('localhost:5000/', 'LocalHost:5000/', '127.0.0.1:05000/', '[::1]:5000/'),
  };
  const hosts = Object.keys(registries) as (keyof typeof registries)[];
  const paths = ['shop', 'library/shop', 'acme/shop', 'acme/shop/worker', 'acme/shop-worker'];
  const digest = `sha256:${'0f'.repeat(32)}`;
  const tails = ['', ':latest', ':V1.2', ':${TAG}', `@${digest}`, `:1@${digest}`];
  const repository = fc.record({ host: fc.constantFrom(...hosts), path: fc.constantFrom(...paths) });
  const identity = ({ host, path }: { host: string; path: string }): string =>
    `${host}/${host === 'docker.io' && path === 'shop' ? 'library/shop' : path}`;
  const reference = repository.chain((one) =>
    fc
      .tuple(registries[one.host], fc.constantFrom(...tails))
      .map(([host, tail]) => ({ one, text: host + one.path + tail })),
  );
  const field = fc.constantFrom('containers', 'initContainers', 'ephemeralContainers', 'volumes');

  it('gets the accepted digest in any spelling, and nothing else does', () => {
    fc.assert(
      fc.property(repository, reference, field, (app, { one, text }, list) => {
        const name = `${app.host}/${app.path}`;
        const pinned = `${name}@sha256:${'ab'.repeat(32)}`;
        const item = (image: string): object =>
          list === 'volumes' ? { name: 'a', image: { reference: image } } : { name: 'a', image };
        const object = { spec: { template: { spec: { [list]: [item(text)] } } } };
        pinImages(object, { name, pinned });
        const expected = identity(app) === identity(one) ? pinned : text;
        expect(object).toEqual({ spec: { template: { spec: { [list]: [item(expected)] } } } });
      }),
      { numRuns: 2_000 },
    );
  });
});
