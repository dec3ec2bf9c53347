import { expect, test } from 'vitest';
import { requestOf } from '../contract/samples.ts';
import type { Answer } from '../contract/faulty-registry.ts';
import { misbehave } from '../contract/faulty.ts';
import { useFaultyRegistry } from '../contract/use-faulty-registry.ts';
import { gate } from '../../core/phases/gate.ts';
import { fitPlatform, pinImage } from '../../core/phases/preflight.ts';
import { trustOfKeys } from '../../core/gate/trust.ts';
import { testConfig } from '../../core/testing/config.ts';
import { memoryClock } from '../memory/clock.ts';
import { memoryCluster } from '../memory/cluster.ts';
import { digestOf } from './content.ts';
import { OCI_INDEX, OCI_MANIFEST } from './media-type.ts';
import { registry } from './registry.ts';

const REVISION = 'a'.repeat(40);
const NAME = '/v2/acme/shop';
const credential = { username: 'node', password: 'pull-token-0123456789' };
const forever = new AbortController().signal;
const platform = { os: 'linux', architecture: 'amd64' };

const server = await useFaultyRegistry();

/** Serves this to who has the token. */
const serve = (call: string, body: string, headers: Record<string, string> = {}): void => {
  const challenge = `Bearer realm="http://${server.host}/token",service="r",scope="repository:acme/shop:pull"`;
  const answer: Answer = (request, response) => {
    const isKnown = request.headers.authorization === 'Bearer t0k3n';
    misbehave(
      isKnown ? { status: 200, headers, body } : { status: 401, headers: { 'www-authenticate': challenge } },
      request,
      response,
    );
  };
  server.answers.set(call, [answer]);
};
const content = (kind: 'manifests' | 'blobs', value: object, type = ''): string => {
  const body = JSON.stringify(value);
  const digest = digestOf(Buffer.from(body));
  serve(`GET ${NAME}/${kind}/${digest}`, body, { 'content-type': type });
  return digest;
};

test('a release makes one exchange, and asks for each thing once', async () => {
  const config = content('blobs', platform);
  const image = content(
    'manifests',
    { schemaVersion: 2, config: { mediaType: 'application/json', digest: config, size: 1 }, layers: [] },
    OCI_MANIFEST,
  );
  const index = content(
    'manifests',
    { schemaVersion: 2, manifests: [{ mediaType: OCI_MANIFEST, digest: image, size: 1, platform }] },
    OCI_INDEX,
  );
  serve(`HEAD ${NAME}/manifests/${REVISION}`, '', { 'docker-content-digest': index });
  serve(`GET ${NAME}/referrers/${index}`, JSON.stringify({ schemaVersion: 2, manifests: [] }), {
    'content-type': OCI_INDEX,
  });
  server.answers.set('GET /token', [{ status: 200, body: '{"token":"t0k3n","expires_in":300}' }]);

  const clock = memoryClock('2026-01-01T00:00:00Z');
  const { app, gate: rules } = testConfig();
  const ports = {
    registry: registry({ clock, secret: 'shop/registry' }),
    clock,
    gateRules: { source: app.source, gate: rules, policies: [], trust: trustOfKeys([]) },
  };
  const say = (): void => undefined;
  const own = { ...app, image: `${server.host}/acme/shop` };
  const pinned = await pinImage(ports, own, REVISION, credential, say, forever);
  await expect(
    gate(ports, requestOf({ revision: REVISION }), { image: pinned, credential }, forever),
  ).rejects.toMatchObject({
    code: 'GateMissing',
  });
  // The node takes its time to wake, and the token is over by then.
  await clock.advance(10 * 60_000);
  await fitPlatform(ports, memoryCluster(), pinned, credential, say, forever);

  const asked = server.asked.map(({ call }) => call.split('?')[0]);
  expect(asked.filter((call) => call === 'GET /token')).toHaveLength(1);
  expect(asked.toSorted()).toEqual(
    [
      'GET /token',
      // Once without the token, which brings the challenge.
      `HEAD ${NAME}/manifests/${REVISION}`,
      `HEAD ${NAME}/manifests/${REVISION}`,
      `GET ${NAME}/referrers/${index}`,
      `GET ${NAME}/manifests/${index}`,
      `GET ${NAME}/manifests/${image}`,
      `GET ${NAME}/blobs/${config}`,
    ].toSorted(),
  );
});
