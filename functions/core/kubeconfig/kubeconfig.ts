import { X509Certificate } from 'node:crypto';
import { dump, load } from 'js-yaml';
import { fail, type ErrorCode } from '../errors.ts';
import { KubeconfigFile, problemsOf, type KubeconfigDocument } from './kubeconfig-file.ts';
import type { Kubeconfig } from '../ports.ts';

/** k3s' own is 3 KB; nothing sane comes near. The sizes are bounded before the text is parsed. */
const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 12;

/** k3s names it in each serving certificate, whatever addresses the node has, so TLS stays verified when the IP moves. */
const DEFAULT_SERVER_NAME = 'kubernetes';

/**
 * Reads a kubeconfig as k3s writes it: one cluster, one user, one context, all data embedded.
 * A kubeconfig can name programs to run, files to read and proxies to trust; whatever is not needed is refused.
 * Throws KubeconfigInvalid with all problems at once; they name fields, never contents.
 */
export function parseKubeconfig(text: string, secretName: string): Kubeconfig {
  const { kubeconfig, problems } = vet(text);
  if (kubeconfig === undefined) throw invalid(`The kubeconfig in ${secretName}`, problems, { secret: secretName });
  return { ...kubeconfig, secret: secretName };
}

export interface KubeconfigCheck {
  ok: boolean;
  /** KubeconfigInvalid: refused. KubeconfigRejected: well formed, but no cluster would accept the credential now. */
  code?: ErrorCode;
  problems: string[];
  server?: string;
  tlsServerName?: string;
  /** When the credential ends (ISO 8601): of the client certificate, or of the token if it is a JWT that says so. */
  notAfter?: string;
}

/** What `hawser kubeconfig check` shows. Never throws for what is in the text. */
export function kubeconfigCheck(text: string, now: Date): KubeconfigCheck {
  const { kubeconfig, problems } = vet(text);
  if (kubeconfig === undefined) return { ok: false, code: 'KubeconfigInvalid', problems };
  const { server, tlsServerName } = kubeconfig;
  const { notBefore, notAfter } = lifetime(kubeconfig.credential);
  const seen = { server, tlsServerName, ...(notAfter === undefined ? {} : { notAfter: notAfter.toISOString() }) };
  const expired = [
    ...(notBefore !== undefined && now < notBefore
      ? [`the credential is valid only from ${notBefore.toISOString()} on`]
      : []),
    ...(notAfter !== undefined && now > notAfter ? [`the credential ended at ${notAfter.toISOString()}`] : []),
  ];
  if (expired.length > 0) return { ok: false, code: 'KubeconfigRejected', problems: expired, ...seen };
  return { ok: true, problems: [], ...seen };
}

/**
 * The same kubeconfig with another server, for the copy that people use by hand. A missing `tls-server-name` is added,
 * so that kubectl verifies the certificate although the address is not in it. Throws KubeconfigInvalid.
 */
export function withServer(text: string, server: string): string {
  const { document, problems } = vet(text);
  if (document === undefined) throw invalid('The kubeconfig', problems);
  const [entry] = document.clusters;
  const cluster = {
    ...entry.cluster,
    server,
    'tls-server-name': entry.cluster['tls-server-name'] ?? DEFAULT_SERVER_NAME,
  };
  const changed = dump({ ...document, clusters: [{ ...entry, cluster }] }, { lineWidth: -1 });
  const after = vet(changed);
  if (after.document === undefined) throw invalid('The kubeconfig with the new server', after.problems);
  return changed;
}

interface Vetted {
  problems: string[];
  document?: KubeconfigDocument;
  kubeconfig?: Kubeconfig;
}

function vet(text: string): Vetted {
  const parsed = parse(text);
  if ('problem' in parsed) return { problems: [parsed.problem] };
  const result = KubeconfigFile.safeParse(parsed.value);
  if (!result.success) return { problems: problemsOf(result.error) };
  const document = result.data;
  const { cluster } = document.clusters[0];
  const { user } = document.users[0];
  const kubeconfig: Kubeconfig = {
    server: cluster.server,
    ca: decode(cluster['certificate-authority-data']),
    tlsServerName: cluster['tls-server-name'] ?? DEFAULT_SERVER_NAME,
    credential:
      user.token === undefined
        ? {
            kind: 'certificate',
            certificate: decode(user['client-certificate-data'] ?? ''),
            key: decode(user['client-key-data'] ?? ''),
          }
        : { kind: 'token', token: user.token },
  };
  return { problems: [], document, kubeconfig };
}

/** The parser's own messages show the lines around, so only the place is kept. */
function parse(text: string): { value: unknown } | { problem: string } {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) return { problem: `has ${bytes} bytes; at most ${MAX_BYTES} are read` };
  try {
    return { value: load(text, { maxDepth: MAX_DEPTH, maxAliases: 0, maxTotalMergeKeys: 0 }) };
  } catch (error) {
    const line = (error as { mark?: { line?: number } }).mark?.line;
    const place = line === undefined ? '' : ` at line ${line + 1}`;
    return {
      problem: `is not plain YAML${place} (one document, no aliases, no tags, no key twice, at most ${MAX_DEPTH} levels)`,
    };
  }
}

function lifetime(credential: Kubeconfig['credential']): { notBefore?: Date; notAfter?: Date } {
  if (credential.kind === 'certificate') {
    const certificate = new X509Certificate(credential.certificate);
    return { notBefore: certificate.validFromDate, notAfter: certificate.validToDate };
  }
  const { nbf, exp } = claims(credential.token);
  return { ...dated('notBefore', nbf), ...dated('notAfter', exp) };
}

function dated<Name extends string>(name: Name, seconds: unknown): { [K in Name]?: Date } {
  const date = new Date(typeof seconds === 'number' ? seconds * 1000 : Number.NaN);
  return (Number.isNaN(date.getTime()) ? {} : { [name]: date }) as { [K in Name]?: Date };
}

/** The claims of a JWT (RFC 7519), unverified: only its own cluster can verify it. Empty for any other token. */
function claims(token: string): Record<string, unknown> {
  const payload = token.split('.')[1];
  if (payload === undefined) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

function invalid(what: string, problems: string[], details: { secret?: string } = {}) {
  return fail('KubeconfigInvalid', `${what} is refused: ${problems.join('; ')}.`, { ...details, problems });
}
