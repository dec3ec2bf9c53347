import { X509Certificate, createHash, randomUUID, timingSafeEqual, verify, webcrypto } from 'node:crypto';
import type { Issued } from '../host/certificate.ts';

export type Action = 'pull' | 'push';

export interface Account {
  readonly username: string;
  readonly password: string;
  /** What this account may do on every repository; nothing: a valid account without rights. */
  readonly actions: readonly Action[];
}

export interface Access {
  type: string;
  name: string;
  actions: string[];
}

export interface TokenIssuer {
  /** `iss` and `aud` of the tokens: what the registry's configuration names as issuer and service. */
  readonly issuer: string;
  readonly service: string;
  readonly signer: Issued;
}

export interface TokenAnswer {
  status: 200 | 401 | 403;
  body: unknown;
}

/** Seconds. GHCR does not say how long its tokens live; five minutes outlast any push here. */
const LIFETIME = 300;

/**
 * Answers one request to the token endpoint of the Docker registry token protocol, as GHCR does for private packages:
 * no or wrong credentials 401; a known account that may do nothing of what it asks 403; else a token for what it may do.
 * `authorization` is the request's header, `scopes` its `scope` parameters (each may hold several, space-separated).
 */
export async function answerTokenRequest(
  issuer: TokenIssuer,
  accounts: readonly Account[],
  authorization: string | undefined,
  scopes: string[],
): Promise<TokenAnswer> {
  const account = authenticate(accounts, authorization);
  if (account === undefined) return refusal(401, 'UNAUTHORIZED', 'authentication required');
  const asked = scopes.flatMap((scope) => scope.split(' ')).flatMap(parseScope);
  const granted = asked.map((access) => narrow(access, account)).filter((access) => access.actions.length > 0);
  if (asked.length > 0 && granted.length === 0)
    return refusal(403, 'DENIED', 'requested access to the resource is denied');
  const token = await sign(issuer, account.username, granted);
  return { status: 200, body: { token, expires_in: LIFETIME, issued_at: new Date().toISOString() } };
}

/**
 * `repository:NAME:ACTION[,ACTION]`; the name may hold colons (a host's port). Anything else asks for nothing.
 * Grammar: distribution's docs/spec/auth/scope.md.
 */
export function parseScope(scope: string): Access[] {
  const [first, last] = [scope.indexOf(':'), scope.lastIndexOf(':')];
  if (first <= 0 || last <= first + 1 || last === scope.length - 1) return [];
  const actions = scope.slice(last + 1).split(',');
  return [{ type: scope.slice(0, first), name: scope.slice(first + 1, last), actions }];
}

function narrow(access: Access, account: Account): Access {
  const allowed: readonly string[] = access.type === 'repository' ? account.actions : [];
  return { ...access, actions: access.actions.filter((action) => allowed.includes(action)) };
}

function authenticate(accounts: readonly Account[], authorization: string | undefined): Account | undefined {
  const basic = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return undefined;
  const text = Buffer.from(basic, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const [username, password] = [text.slice(0, colon), text.slice(colon + 1)];
  return accounts.find((account) => account.username === username && equal(account.password, password));
}

function equal(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function refusal(status: 401 | 403, code: string, message: string): TokenAnswer {
  return { status, body: { errors: [{ code, message }] } };
}

/**
 * What a token of this issuer allows, or undefined for one that it did not sign or that has expired. Only the bare registry asks;
 * docker-registry checks tokens itself.
 */
export function readToken(issuer: TokenIssuer, token: string): Access[] | undefined {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const key = { key: new X509Certificate(issuer.signer.certificate).publicKey, dsaEncoding: 'ieee-p1363' as const };
  if (!verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))) return undefined;
  const { exp, access } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number; access: Access[] };
  return exp * 1000 > Date.now() ? access : undefined;
}

/** A JWS with the signer's certificate in x5c, which the registry verifies against its `rootcertbundle`. */
async function sign(issuer: TokenIssuer, subject: string, access: Access[]): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const header = { typ: 'JWT', alg: 'ES256', x5c: [issuer.signer.der] };
  const claims = {
    iss: issuer.issuer,
    sub: subject,
    aud: issuer.service,
    exp: now + LIFETIME,
    nbf: now - 10,
    iat: now,
    jti: randomUUID(),
    access,
  };
  const text = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await webcrypto.subtle.sign(algorithm, issuer.signer.privateKey, Buffer.from(text));
  return `${text}.${Buffer.from(signature).toString('base64url')}`;
}
