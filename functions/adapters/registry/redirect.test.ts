import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority, issue } from '../../../sandbox/host/certificate.ts';
import { startFaultyRegistry, type FaultyRegistry } from '../contract/faulty-registry.ts';
import type { Fault } from '../contract/faulty.ts';
import { memoryClock } from '../memory/clock.ts';
import { ask } from './call.ts';
import { openConnection } from './connection.ts';
import { follow } from './redirect.ts';

const forever = new AbortController().signal;
const credential = { username: 'node', password: 'pull-token-0123456789' };
const clock = memoryClock('2026-01-01T00:00:00Z', { auto: true });

describe('where a registry may lead', () => {
  const connection = openConnection(
    { clock, secret: 'shop/registry', actions: 'pull' },
    'ghcr.io/acme/shop',
    undefined,
    forever,
  );
  const lead = (from: string, location: string | null): string =>
    follow(connection, 'ghcr.io/acme/shop:one', new URL(from), location).href;

  test.each([
    ['https://ghcr.io/v2/x', '/v2/y?a=b', 'https://ghcr.io/v2/y?a=b'],
    ['https://ghcr.io/v2/x', 'y', 'https://ghcr.io/v2/y'],
    ['https://ghcr.io/v2/x', '//storage.example.org/y', 'https://storage.example.org/y'],
    ['https://ghcr.io/v2/x', 'https://storage.example.org/y', 'https://storage.example.org/y'],
    ['https://127.0.0.1:5000/x', 'http://127.0.0.1:5001/y', 'http://127.0.0.1:5001/y'],
    ['http://localhost:5000/x', '/y', 'http://localhost:5000/y'],
    ['http://localhost:5000/x', 'https://storage.example.org/y', 'https://storage.example.org/y'],
    ['https://registry.example.org/v2/x', 'https://10.0.0.1:9000/y', 'https://10.0.0.1:9000/y'],
  ])('from %s to %s', (from, location, url) => {
    expect(lead(from, location)).toBe(url);
  });

  test.each([
    ['https://ghcr.io/v2/x', 'http://ghcr.io/v2/x', 'http://ghcr.io, which is not TLS'],
    ['https://ghcr.io/v2/x', 'http://127.0.0.1:5000/x', 'http://127.0.0.1:5000, which is not TLS'],
    [
      'https://127.0.0.1:5000/x',
      'http://storage.example.org/?sig=s3cret',
      'http://storage.example.org, which is not TLS',
    ],
    ['http://127.0.0.1:5000/x', 'http://storage.example.org/y', 'http://storage.example.org, which is not TLS'],
    ['https://ghcr.io/v2/x', 'file:///etc/passwd', 'file://, which is not TLS'],
    ['https://ghcr.io/v2/x', 'data:application/json,{}', 'data://, which is not TLS'],
    ['https://ghcr.io/v2/x', 'https://user:s3cret@storage.example.org/', 'storage.example.org with a password'],
    ['https://ghcr.io/v2/x', 'https://127.0.0.1:9001/x', '127.0.0.1:9001, which is this machine or link-local'],
    ['https://ghcr.io/v2/x', 'https://localhost/x', 'localhost, which is this machine or link-local'],
    ['https://10.0.0.1/v2/x', 'https://169.254.169.254/x', '169.254.169.254, which is this machine or link-local'],
    ['https://ghcr.io/v2/x', 'https://', 'it leads to no URL'],
    ['https://ghcr.io/v2/x', null, 'it leads to no URL'],
  ])('not from %s to %s', (from, location, problem) => {
    let error: unknown;
    try {
      lead(from, location);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: 'RegistryAnswerInvalid',
      message: expect.stringContaining(problem) as string,
      details: { registry: 'ghcr.io' },
    });
    expect((error as Error).message).not.toContain('s3cret');
  });
});

describe('redirects', () => {
  let home: FaultyRegistry;
  let storage: FaultyRegistry;
  let plain: FaultyRegistry;
  const trusted = getCACertificates('default');
  const PATH = '/v2/acme/shop/blobs/sha256:x';

  beforeAll(async () => {
    const authority = await createAuthority('test CA');
    const tls = await issue(authority, 'registry', ['127.0.0.1']);
    setDefaultCACertificates([...trusted, authority.pem]);
    [home, storage, plain] = await Promise.all([
      startFaultyRegistry(tls),
      startFaultyRegistry(tls),
      startFaultyRegistry(),
    ]);
  });
  afterAll(() => {
    setDefaultCACertificates(trusted);
    for (const one of [home, storage, plain]) one.stop();
  });
  beforeEach(() => {
    for (const one of [home, storage, plain]) one.reset();
  });

  const to = (location: string, status = 302): Fault => ({ status, headers: { location } });
  const found: Fault = { status: 200, body: 'found' };
  const challenge = (realm: string): Fault => ({
    status: 401,
    headers: { 'www-authenticate': `Bearer realm="${realm}",service="registry"` },
  });
  const get = async (method: 'GET' | 'PUT' = 'GET'): Promise<string> => {
    const options = { clock, secret: 'shop/registry', actions: 'pull' } as const;
    const connection = openConnection(options, `${home.host}/acme/shop`, credential, forever);
    const about = `${home.host}/acme/shop:one`;
    const body = method === 'PUT' ? { body: Buffer.from('content') } : {};
    return (await ask(connection, { method, to: 'blobs/sha256:x', about, ...body })).body.toString();
  };
  /** The registry wants a token, and leads on who has one. */
  const leadOn = (...faults: Fault[]): void => {
    home.answers.set('GET /token', [{ status: 200, body: '{"token":"t0k3n"}' }]);
    home.answers.set(`GET ${PATH}`, [challenge(`https://${home.host}/token`), ...faults]);
  };

  test.each([301, 302, 303, 307, 308])('a %i within the registry keeps the token', async (status) => {
    leadOn(to('/elsewhere', status));
    home.answers.set('GET /elsewhere', [found]);
    expect(await get()).toBe('found');
    expect(home.asked.at(-1)).toMatchObject({ call: 'GET /elsewhere', authorization: 'Bearer t0k3n' });
  });

  test('another host, another port and plain http get nothing of the credential', async () => {
    for (const other of [`https://${storage.host}`, `http://${plain.host}`]) {
      leadOn(to(`${other}/blob?sig=1`));
      for (const { answers } of [storage, plain]) answers.set('GET /blob', [found]);
      expect(await get()).toBe('found');
    }
    expect([...storage.asked, ...plain.asked]).toEqual([
      { call: 'GET /blob?sig=1', authorization: undefined, body: '' },
      { call: 'GET /blob?sig=1', authorization: undefined, body: '' },
    ]);
  });

  test('nor does the registry itself, once another host has led back to it', async () => {
    leadOn(to(`https://${storage.host}/there`));
    storage.answers.set('GET /there', [to(`https://${home.host}/back`)]);
    home.answers.set('GET /back', [found]);
    expect(await get()).toBe('found');
    expect(home.asked.at(-1)).toMatchObject({ call: 'GET /back', authorization: undefined });
  });

  test('the challenge of another host is not answered', async () => {
    leadOn(to(`https://${storage.host}/blob`));
    storage.answers.set('GET /blob', [challenge(`https://${storage.host}/token`)]);
    await expect(get()).rejects.toMatchObject({
      code: 'ImagePullDenied',
      message: expect.stringContaining(`401 from ${storage.host}`) as string,
    });
    expect(storage.asked.map(({ call }) => call)).toEqual(['GET /blob']);
  });

  test('the token service is followed without the password, too', async () => {
    home.answers.set(`GET ${PATH}`, [challenge(`https://${home.host}/token`), found]);
    home.answers.set('GET /token', [to(`https://${storage.host}/token`)]);
    storage.answers.set('GET /token', [{ status: 200, body: '{"token":"anonymous"}' }]);
    expect(await get()).toBe('found');
    expect(home.asked.map(({ authorization }) => authorization?.split(' ')[0])).toEqual([undefined, 'Basic', 'Bearer']);
    expect(storage.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('five are followed, six are not', async () => {
    for (const [hops, outcome] of [
      [5, 'found'],
      [6, 'RegistryAnswerInvalid'],
    ] as const) {
      home.answers.set(`GET ${PATH}`, [to('/1')]);
      for (let hop = 1; hop < hops; hop++) home.answers.set(`GET /${hop}`, [to(`/${hop + 1}`)]);
      home.answers.set(`GET /${hops}`, [found]);
      const result = await get().catch((error: unknown) => (error as { code: string }).code);
      expect(result).toBe(outcome);
    }
    expect(home.asked).toHaveLength(6 + 6);
  });

  test('a host without TLS that is not this machine is not asked', async () => {
    home.answers.set(`GET ${PATH}`, [to('http://storage.example.org/blob')]);
    await expect(get()).rejects.toMatchObject({ code: 'RegistryAnswerInvalid', retryable: false });
    expect(home.asked).toHaveLength(1);
  });

  test.each([
    [307, 'PUT', 'found'],
    [308, 'PUT', 'found'],
    [301, 'PUT', 'RegistryUnreachable'],
    [302, 'PUT', 'RegistryUnreachable'],
    [303, 'PUT', 'RegistryUnreachable'],
  ] as const)('a %i of a %s, which must stay what it is: %s', async (status, method, outcome) => {
    home.answers.set(`${method} ${PATH}`, [to('/elsewhere', status)]);
    for (const one of ['GET', 'PUT']) home.answers.set(`${one} /elsewhere`, [found]);
    expect(await get(method).catch((error: unknown) => (error as { code: string }).code)).toBe(outcome);
    const sent = home.asked.filter(({ call }) => call.endsWith('/elsewhere'));
    expect(sent.map(({ call, body }) => `${call} ${body}`)).toEqual(
      outcome === 'found' ? ['PUT /elsewhere content'] : [],
    );
  });
});
