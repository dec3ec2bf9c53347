import { beforeAll, describe, expect, test } from 'vitest';
import { X509Certificate, createPublicKey, verify } from 'node:crypto';
import { createAuthority, issue } from '../host/certificate.ts';
import { answerTokenRequest, parseScope, type Account, type TokenIssuer } from './token.ts';

const ci: Account = { username: 'ci', password: 'right', actions: ['pull', 'push'] };
const node: Account = { username: 'node', password: 'p:with:colons', actions: ['pull'] };
const stranger: Account = { username: 'stranger', password: 'known', actions: [] };
const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
const as = ({ username, password }: Account): string => basic(username, password);

let issuer: TokenIssuer;
let caPem: string;
beforeAll(async () => {
  const authority = await createAuthority('test');
  caPem = authority.pem;
  issuer = { issuer: 'me', service: 'registry', signer: await issue(authority, 'signer', []) };
});

const ask = (authorization: string | undefined, ...scopes: string[]) =>
  answerTokenRequest(issuer, [ci, node, stranger], authorization, scopes);

describe('who gets no token', () => {
  test.each([
    ['nobody', undefined],
    ['an unknown account', basic('eve', 'right')],
    ['a wrong password', basic('ci', 'wrong')],
    ['an empty password', basic('ci', '')],
    ['no colon', `Basic ${Buffer.from('ci').toString('base64')}`],
    ['a bearer token', 'Bearer right'],
  ])('%s is 401', async (_who, authorization) => {
    expect(await ask(authorization, 'repository:acme/shop:pull')).toMatchObject({
      status: 401,
      body: { errors: [{ code: 'UNAUTHORIZED' }] },
    });
  });

  test.each([
    ['an account without rights', stranger, 'repository:acme/shop:pull'],
    ['push by an account that may only pull', node, 'repository:acme/shop:push'],
    ['the catalog', ci, 'registry:catalog:*'],
  ])('%s is 403', async (_what, account, scope) => {
    expect(await ask(as(account), scope)).toMatchObject({ status: 403, body: { errors: [{ code: 'DENIED' }] } });
  });
});

interface Claims {
  sub: string;
  aud: string;
  iss: string;
  exp: number;
  iat: number;
  access: unknown;
}

function read(token: string): { header: { alg: string; x5c: string[] }; claims: Claims } {
  const [header, claims] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8'));
  return {
    header: JSON.parse(header ?? '') as { alg: string; x5c: string[] },
    claims: JSON.parse(claims ?? '') as Claims,
  };
}

test.each([
  ['pull and push', ci, ['repository:a/b:pull,push'], [{ type: 'repository', name: 'a/b', actions: ['pull', 'push'] }]],
  ['less than asked', node, ['repository:a/b:pull,push'], [{ type: 'repository', name: 'a/b', actions: ['pull'] }]],
  [
    'two scopes in one parameter',
    node,
    ['repository:a/b:pull repository:c:pull'],
    [
      { type: 'repository', name: 'a/b', actions: ['pull'] },
      { type: 'repository', name: 'c', actions: ['pull'] },
    ],
  ],
  ['a login without scope', stranger, [], []],
])('a token for %s', async (_what, account, scopes, access) => {
  const { status, body } = await ask(as(account), ...scopes);
  const { claims } = read((body as { token: string }).token);
  expect(status).toBe(200);
  expect(claims).toMatchObject({ iss: 'me', aud: 'registry', sub: account.username, access });
  expect(claims.exp - claims.iat).toBe(300);
});

test('the signature is of the certificate in x5c, which the authority issued', async () => {
  const { token } = (await ask(as(ci), 'repository:a/b:pull')).body as { token: string };
  const [head, body, signature] = token.split('.');
  const certificate = new X509Certificate(Buffer.from(read(token).header.x5c[0] ?? '', 'base64'));
  const key = { key: certificate.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  const bytes = Buffer.from(signature ?? '', 'base64url');
  expect(certificate.verify(createPublicKey(caPem))).toBe(true);
  expect(verify('sha256', Buffer.from(`${head}.${body}`), key, bytes)).toBe(true);
  expect(verify('sha256', Buffer.from(`${head}.${body}x`), key, bytes)).toBe(false);
});

test.each([
  ['repository:a/b:pull', [{ type: 'repository', name: 'a/b', actions: ['pull'] }]],
  [
    'repository:localhost:5000/a:pull,push',
    [{ type: 'repository', name: 'localhost:5000/a', actions: ['pull', 'push'] }],
  ],
  ['repository:a', []],
  ['repository::pull', []],
  ['repository:a:', []],
  ['', []],
])('scope %j', (scope, access) => {
  expect(parseScope(scope)).toEqual(access);
});
