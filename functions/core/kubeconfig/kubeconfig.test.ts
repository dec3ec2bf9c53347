import * as fc from 'fast-check';
import { dump, load } from 'js-yaml';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, issue } from '../../../sandbox/host/certificate.ts';
import { ReleaseError } from '../errors.ts';
import { kubeconfigCheck, parseKubeconfig, withServer } from './kubeconfig.ts';

type Tree = Record<string, unknown>;
interface Draft {
  file: Tree;
  cluster: Tree;
  user: Tree;
  context: Tree;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const TOKEN = 'canary-token-0123456789';
let pki: { ca: string; certificate: string; key: string; otherKey: string };

beforeAll(async () => {
  const authority = await createAuthority('k3s-server-ca');
  const client = await issue(authority, 'admin', []);
  const other = await issue(authority, 'other', []);
  pki = { ca: authority.pem, certificate: client.certificate, key: client.key, otherKey: other.key };
});

/** k3s.yaml's shape, changed by `edit`. */
function kubeconfig(edit: (draft: Draft) => void = () => undefined): string {
  const cluster: Tree = { server: 'https://127.0.0.1:6443', 'certificate-authority-data': base64(pki.ca) };
  const user: Tree = { 'client-certificate-data': base64(pki.certificate), 'client-key-data': base64(pki.key) };
  const context: Tree = { cluster: 'default', user: 'default' };
  const file: Tree = {
    apiVersion: 'v1',
    clusters: [{ cluster, name: 'default' }],
    contexts: [{ context, name: 'default' }],
    'current-context': 'default',
    kind: 'Config',
    preferences: {},
    users: [{ name: 'default', user }],
  };
  edit({ file, cluster, user, context });
  return dump(file, { lineWidth: -1 });
}

function withToken({ user }: Draft, token: unknown = TOKEN): void {
  for (const key of Object.keys(user)) delete user[key];
  user['token'] = token;
}

/** The problems that are refused; none when it is taken. Any other error than KubeconfigInvalid passes through. */
function problemsOf(text: string): readonly string[] {
  try {
    parseKubeconfig(text, 'hawser/kubeconfig');
    return [];
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code !== 'KubeconfigInvalid') throw error;
    return error.details['problems'] as readonly string[];
  }
}

describe('parseKubeconfig', () => {
  test('takes k3s.yaml as it is: the name kubernetes is expected of the certificate', () => {
    expect(parseKubeconfig(kubeconfig(), 'hawser/kubeconfig')).toEqual({
      server: 'https://127.0.0.1:6443',
      ca: pki.ca,
      tlsServerName: 'kubernetes',
      credential: { kind: 'certificate', certificate: pki.certificate, key: pki.key },
      secret: 'hawser/kubeconfig',
    });
  });

  test('takes a token, a server name and a namespace', () => {
    const text = kubeconfig((draft) => {
      withToken(draft);
      draft.cluster['tls-server-name'] = 'k3s.example.com';
      draft.context['namespace'] = 'shop';
    });
    expect(parseKubeconfig(text, 's')).toMatchObject({
      tlsServerName: 'k3s.example.com',
      credential: { kind: 'token', token: TOKEN },
    });
  });

  test.each<[problem: string, edit: (draft: Draft) => void]>([
    ['users[0].user.exec: runs a program', (d) => (d.user['exec'] = { command: 'sh', args: ['-c', 'env'] })],
    ['users[0].user.auth-provider: runs code', (d) => (d.user['auth-provider'] = { name: 'gcp' })],
    ['users[0].user.client-certificate: is a path', (d) => (d.user['client-certificate'] = '/etc/passwd')],
    ['users[0].user.client-key: is a path', (d) => (d.user['client-key'] = '/etc/shadow')],
    ['users[0].user.tokenFile: is a path', (d) => (d.user['tokenFile'] = '/var/run/token')],
    ['users[0].user.token-file: is a path', (d) => (d.user['token-file'] = '/var/run/token')],
    ['users[0].user.username: basic', (d) => (d.user['username'] = 'admin')],
    ['users[0].user.password: basic', (d) => (d.user['password'] = 'hunter2')],
    ['users[0].user.as: impersonates', (d) => (d.user['as'] = 'root')],
    ['users[0].user.as-uid: impersonates', (d) => (d.user['as-uid'] = '1')],
    ['users[0].user.as-groups: impersonates', (d) => (d.user['as-groups'] = ['system:masters'])],
    ['users[0].user.as-user-extra: impersonates', (d) => (d.user['as-user-extra'] = {})],
    ['users[0].user.impersonate: a key that', (d) => (d.user['impersonate'] = 'root')],
    [
      'users[0].user: must have a token',
      (d) => ['client-certificate-data', 'client-key-data'].forEach((key) => delete d.user[key]),
    ],
    ['users[0].user: must have either a token or', (d) => (d.user['token'] = TOKEN)],
    ['users[0].user: client-certificate-data needs', (d) => delete d.user['client-key-data']],
    ['users[0].user: client-key-data needs', (d) => delete d.user['client-certificate-data']],
    ['users[0].user: client-key-data must be the key', (d) => (d.user['client-key-data'] = base64(pki.otherKey))],
    ['users[0].user.client-certificate-data: must be', (d) => (d.user['client-certificate-data'] = base64('x'))],
    ['users[0].user.client-key-data: must be', (d) => (d.user['client-key-data'] = pki.key)],
    ['users[0].user.token: must be one line', (d) => withToken(d, 'a\r\nX-Remote-User: root')],
    ['users[0].user.token: must be a string', (d) => withToken(d, 12_345)],
    ['users: must have exactly one', (d) => (d.file['users'] = [])],
    ['clusters[0].cluster.insecure-skip-tls-verify: would', (d) => (d.cluster['insecure-skip-tls-verify'] = true)],
    ['clusters[0].cluster.certificate-authority: is a path', (d) => (d.cluster['certificate-authority'] = '/ca.crt')],
    ['clusters[0].cluster.proxy-url: would send', (d) => (d.cluster['proxy-url'] = 'socks5://10.0.0.1')],
    ['clusters[0].cluster.certificate-authority-data: must be', (d) => delete d.cluster['certificate-authority-data']],
    ['clusters[0].cluster.server: must begin with https://', (d) => (d.cluster['server'] = 'http://127.0.0.1:6443')],
    ['clusters[0].cluster.server: must not contain a user', (d) => (d.cluster['server'] = 'https://a:b@127.0.0.1')],
    ['clusters[0].cluster.server: must have no path', (d) => (d.cluster['server'] = 'https://127.0.0.1/k8s/c1')],
    ['clusters[0].cluster.server: must be a URL', (d) => (d.cluster['server'] = '127.0.0.1')],
    ['clusters[0].cluster.tls-server-name: must be a host', (d) => (d.cluster['tls-server-name'] = 'a b')],
    ['clusters[0].cluster.tls-server-name: must be a host', (d) => (d.cluster['tls-server-name'] = '203.0.113.7')],
    [
      'clusters: must have exactly one',
      (d) => (d.file['clusters'] as unknown[]).push({ name: 'b', cluster: { ...d.cluster } }),
    ],
    ['contexts[0].context.cluster: must name', (d) => (d.context['cluster'] = 'other')],
    ['contexts[0].context.user: must name', (d) => (d.context['user'] = 'other')],
    ['current-context: must name', (d) => (d.file['current-context'] = 'other')],
    ['kind: Invalid input: expected "Config"', (d) => (d.file['kind'] = 'Secret')],
    ['hooks: a key that', (d) => (d.file['hooks'] = {})],
  ])('refuses %s…', (problem, edit) => {
    expect(problemsOf(kubeconfig(edit))).toEqual([expect.stringMatching(new RegExp(`^${escape(problem)}`))]);
  });

  test('the error names the secret, and all problems in its sentence', () => {
    const text = kubeconfig(({ user }) => (user['exec'] = { command: 'sh' }));
    expect(() => parseKubeconfig(text, 'hawser/kubeconfig')).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /^The kubeconfig in hawser\/kubeconfig is refused: users\[0\]\.user\.exec: runs/,
        ),
        details: expect.objectContaining({ secret: 'hawser/kubeconfig' }),
      }),
    );
  });

  test('names all problems at once', () => {
    const text = kubeconfig(({ file, cluster, user }) => {
      file['extensions'] = [];
      cluster['server'] = 'http://169.254.169.254';
      cluster['proxy-url'] = 'http://evil.example';
      user['exec'] = { command: 'sh' };
      user['tokenFile'] = '/etc/passwd';
    });
    expect(problemsOf(text)).toHaveLength(5);
  });

  test.each<[string, () => string]>([
    ['too many bytes', () => `${kubeconfig()}# ${'x'.repeat(256 * 1024)}`],
    ['too deep', () => '['.repeat(200_000)],
    ['aliases', () => kubeconfig().replace('preferences: {}', 'preferences: &a {}\nextensions: *a')],
    ['a tag', () => kubeconfig().replace('preferences: {}', 'preferences: !!js/function "x"')],
    ['a key twice', () => `${kubeconfig()}kind: Config\n`],
    ['two documents', () => `${kubeconfig()}---\n${kubeconfig()}`],
    ['nothing', () => ''],
    ['a list', () => '- a'],
    ['__proto__', () => `${kubeconfig()}__proto__: { exec: {} }\n`],
  ])('refuses %s', (_, text) => {
    expect(problemsOf(text())).toHaveLength(1);
  });

  test('never repeats contents, wherever a secret landed', () => {
    const canary = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IkNBTkFSWSJ9';
    const places: ((draft: Draft) => void)[] = [
      (d) => (d.cluster['server'] = canary),
      (d) => (d.cluster['server'] = `https://admin:${canary}@127.0.0.1`),
      (d) => (d.cluster['tls-server-name'] = `${canary} `),
      (d) => (d.cluster['certificate-authority-data'] = canary),
      (d) => (d.user[canary] = 'x'),
      (d) => (d.user['client-key-data'] = canary),
      (d) => withToken(d, `${canary} ${canary}`),
      (d) => (d.context['user'] = canary),
      (d) => (d.file['kind'] = canary),
      (d) => (d.file['preferences'] = canary),
      (d) => (d.file[canary] = canary),
    ];
    const texts = [...places.map((edit) => kubeconfig(edit)), `token: "${canary}\nuser: [`, `${canary}: *${canary}`];
    for (const text of texts) {
      expect(text).toContain(canary);
      expect(problemsOf(text)).not.toEqual([]);
      expect(JSON.stringify([problemsOf(text), kubeconfigCheck(text, new Date())])).not.toContain(canary);
    }
  });

  test('any mutation is either taken or refused as KubeconfigInvalid', () => {
    const bytes = kubeconfig();
    const mutation = fc.record({
      at: fc.nat(bytes.length),
      cut: fc.nat(40),
      put: fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.constantFrom('\n', ': ', '- ', '{', '[', '"', '&a ', '*a', '!!', '? ', '\0'),
      ),
    });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        const text = mutations.reduce((t, m) => t.slice(0, m.at) + m.put + t.slice(m.at + m.cut), bytes);
        expect(problemsOf(text).length === 0 || !kubeconfigCheck(text, new Date()).ok).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('any value in any place of a user is refused', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (key, value) => {
        fc.pre(!['token', 'client-certificate-data', 'client-key-data'].includes(key));
        expect(
          problemsOf(kubeconfig(({ user }) => Object.defineProperty(user, key, { value, enumerable: true }))),
        ).not.toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('kubeconfigCheck', () => {
  const jwt = (claims: unknown) => `${base64('{}')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

  test('tells when the client certificate ends, and that it has', () => {
    const now = new Date();
    const check = kubeconfigCheck(kubeconfig(), now);
    expect(check).toMatchObject({ ok: true, server: 'https://127.0.0.1:6443', tlsServerName: 'kubernetes' });
    const end = Date.parse(check.notAfter ?? '');
    expect((end - now.getTime()) / 86_400_000).toBeCloseTo(365, 1);
    expect(kubeconfigCheck(kubeconfig(), new Date(end + 1000))).toMatchObject({
      ok: false,
      code: 'KubeconfigRejected',
      notAfter: check.notAfter,
      problems: [expect.stringContaining('ended')],
    });
    expect(kubeconfigCheck(kubeconfig(), new Date(0)).code).toBe('KubeconfigRejected');
  });

  test.each<[string, string, string | undefined]>([
    ['a JWT with exp', jwt({ exp: 1_893_456_000 }), '2030-01-01T00:00:00.000Z'],
    ['a JWT without exp', jwt({ sub: 'x' }), undefined],
    ['a JWT with a wild exp', jwt({ exp: 1e300 }), undefined],
    ['a JWT of null', jwt(null), undefined],
    ['k3s’ own kind of token', 'abc123::server:def', undefined],
    ['dots without JSON', 'a.b.c', undefined],
  ])('tells when the token ends: %s', (_, token, notAfter) => {
    const check = kubeconfigCheck(
      kubeconfig((draft) => withToken(draft, token)),
      new Date('2029-01-01'),
    );
    expect(check.ok).toBe(true);
    expect(check.notAfter).toBe(notAfter);
  });

  test('lists the problems of a bad one', () => {
    const check = kubeconfigCheck(
      kubeconfig(({ user }) => (user['exec'] = {})),
      new Date(),
    );
    expect(check).toEqual({
      ok: false,
      code: 'KubeconfigInvalid',
      problems: [expect.stringMatching(/^users\[0\]\.user\.exec: /)],
    });
  });
});

describe('withServer', () => {
  test('changes the server and nothing else', () => {
    const text = kubeconfig(({ cluster }) => (cluster['tls-server-name'] = 'node.example.com'));
    const changed = load(withServer(text, 'https://203.0.113.7:6443'));
    const expected = kubeconfig(({ cluster }) => {
      cluster['tls-server-name'] = 'node.example.com';
      cluster['server'] = 'https://203.0.113.7:6443';
    });
    expect(changed).toEqual(load(expected));
  });

  test('adds the server name that k3s always has', () => {
    const { server, tlsServerName } = kubeconfigCheck(withServer(kubeconfig(), 'https://203.0.113.7:6443'), new Date());
    expect({ server, tlsServerName }).toEqual({ server: 'https://203.0.113.7:6443', tlsServerName: 'kubernetes' });
    expect(withServer(kubeconfig(), 'https://203.0.113.7:6443')).toContain('tls-server-name: kubernetes');
  });

  test('refuses a bad kubeconfig and a bad server', () => {
    expect(() => withServer('a: b', 'https://203.0.113.7:6443')).toThrow(ReleaseError);
    expect(() => withServer(kubeconfig(), 'http://203.0.113.7:6443')).toThrow(/must begin with https/);
  });
});

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
