import { X509Certificate, createPrivateKey } from 'node:crypto';
import * as z from 'zod';

/** Keys of kubectl's format that are refused, and why. Any other unknown key is refused, too. */
const REFUSED: Readonly<Record<string, string>> = {
  exec: 'runs a program; use a token or an embedded client certificate',
  'auth-provider': 'runs code or reads files; use a token or an embedded client certificate',
  'insecure-skip-tls-verify': 'would talk to anybody; embed the CA as certificate-authority-data',
  'certificate-authority': 'is a path of another machine; embed it as certificate-authority-data',
  'client-certificate': 'is a path of another machine; embed it as client-certificate-data',
  'client-key': 'is a path of another machine; embed it as client-key-data',
  tokenFile: 'is a path of another machine; embed the token as token',
  'token-file': 'is a path of another machine; embed the token as token',
  'proxy-url': 'would send the credential through a proxy',
  username: 'basic authentication is gone from Kubernetes since 1.19; use a token',
  password: 'basic authentication is gone from Kubernetes since 1.19; use a token',
  as: 'impersonates another user; use that user’s own credential',
  'as-uid': 'impersonates another user; use that user’s own credential',
  'as-groups': 'impersonates another user; use that user’s own credential',
  'as-user-extra': 'impersonates another user; use that user’s own credential',
  'disable-compression': 'is not needed; remove it',
  extensions: 'is not needed; remove it',
};

/** In misplaced text a key may be a secret, too: only what looks like a field's name is repeated. */
const FIELD_NAME = /^[a-z]+([-A-Z][a-z]+){0,4}$/;
const LONGEST_FIELD_NAME = 32;

const name = z.string().min(1).max(253);

const server = z.string().superRefine((text, context) => {
  const problem = serverProblem(text);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const certificates = base64Text('certificates in PEM', (pem) => void new X509Certificate(pem));
const privateKey = base64Text('a private key in PEM', (pem) => void createPrivateKey(pem));

/** As HTTP allows in a header (RFC 6750 §2.1), so that a token cannot smuggle a second header in. */
const token = z.string().regex(/^[A-Za-z0-9._~+/:=-]{1,16384}$/, 'must be one line without spaces');

const User = z
  .strictObject({
    token: token.optional(),
    'client-certificate-data': certificates.optional(),
    'client-key-data': privateKey.optional(),
  })
  .superRefine((user, context) => {
    const problem = credentialProblem(user.token, user['client-certificate-data'], user['client-key-data']);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

const Cluster = z.strictObject({
  server,
  'certificate-authority-data': certificates,
  'tls-server-name': z
    .string()
    .max(253)
    .regex(/^(?![\d.]+$)[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/, 'must be a host name, not an address')
    .optional(),
});

const Context = z.strictObject({ cluster: name, user: name, namespace: name.optional() });

/** A kubeconfig of exactly one cluster, user and context, with nothing in it that runs, reads or redirects. */
export const KubeconfigFile = z
  .strictObject({
    apiVersion: z.literal('v1').optional(),
    kind: z.literal('Config').optional(),
    preferences: z.strictObject({}).nullish(),
    'current-context': name,
    clusters: z.tuple([z.strictObject({ name, cluster: Cluster })], 'must have exactly one entry'),
    users: z.tuple([z.strictObject({ name, user: User })], 'must have exactly one entry'),
    contexts: z.tuple([z.strictObject({ name, context: Context })], 'must have exactly one entry'),
  })
  .superRefine((file, context) => {
    const [cluster, user, entry] = [file.clusters[0], file.users[0], file.contexts[0]];
    const wrong = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (file['current-context'] !== entry.name) wrong(['current-context'], 'must name the context');
    if (entry.context.cluster !== cluster.name) wrong(['contexts', 0, 'context', 'cluster'], 'must name the cluster');
    if (entry.context.user !== user.name) wrong(['contexts', 0, 'context', 'user'], 'must name the user');
  });

export type KubeconfigDocument = z.infer<typeof KubeconfigFile>;

/** Every problem as `path: what is wrong`. Contents are never repeated. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => {
    const path = pathOf(issue.path);
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => refusal(path, key));
    if (issue.code === 'invalid_type') return [`${path || 'the document'}: must be ${article(issue.expected)}`];
    return [`${path || 'the document'}: ${issue.message}`];
  });
}

function refusal(path: string, key: string): string {
  const where = path === '' ? '' : `${path}.`;
  const why = Object.hasOwn(REFUSED, key) ? REFUSED[key] : undefined;
  if (why !== undefined) return `${where}${key}: ${why}`;
  const known = FIELD_NAME.test(key) && key.length <= LONGEST_FIELD_NAME;
  return `${where}${known ? key : '…'}: a key that Hawser does not know`;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function article(type: string): string {
  if (type === 'object' || type === 'record') return 'a mapping';
  return type === 'tuple' || type === 'array' ? 'a list' : `a ${type}`;
}

function serverProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL such as https://127.0.0.1:6443';
  const url = new URL(text);
  if (url.protocol !== 'https:') return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return 'must have no path, query or fragment';
  return undefined;
}

function credentialProblem(text?: string, certificate?: string, key?: string): string | undefined {
  if (text !== undefined && (certificate !== undefined || key !== undefined))
    return 'must have either a token or a client certificate, not both';
  if (text !== undefined) return undefined;
  if (certificate === undefined && key === undefined)
    return 'must have a token, or client-certificate-data and client-key-data';
  if (certificate === undefined) return 'client-key-data needs client-certificate-data beside it';
  if (key === undefined) return 'client-certificate-data needs client-key-data beside it';
  if (isPair(certificate, key)) return undefined;
  return 'client-key-data must be the key of client-certificate-data';
}

/** True also for what cannot be read: that problem is reported where it is. */
function isPair(certificate: string, key: string): boolean {
  const pem = (base64: string) => Buffer.from(base64, 'base64').toString('utf8');
  try {
    return new X509Certificate(pem(certificate)).checkPrivateKey(createPrivateKey(pem(key)));
  } catch {
    return true;
  }
}

/** Base64 text (RFC 4648; line breaks as Go's decoder tolerates them) whose decoded form `read` accepts. */
function base64Text(what: string, read: (pem: string) => void) {
  return z.string().superRefine((text, context) => {
    if (!isBase64Of(text, read)) context.addIssue({ code: 'custom', message: `must be ${what}, encoded in base64` });
  });
}

function isBase64Of(text: string, read: (pem: string) => void): boolean {
  const compact = text.replace(/[\r\n]/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact) || compact.length % 4 !== 0) return false;
  try {
    read(Buffer.from(compact, 'base64').toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
