import { fail, type ReleaseError } from '../../core/errors.ts';

/** Where a call went, for sentences and hints. */
export interface Endpoint {
  /** `host:port`. */
  address: string;
  tlsServerName: string;
  /** The secret that the kubeconfig came from. */
  secret: string | undefined;
}

/** OpenSSL's verdicts on a chain, as Node.js names them (X509_V_ERR_* without the prefix). */
const UNTRUSTED = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_CHAIN_TOO_LONG',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
]);

const PLAIN: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'closed the connection',
  EPIPE: 'closed the connection',
  ETIMEDOUT: 'did not answer in time',
  EHOSTUNREACH: 'cannot be reached on the network',
  ENETUNREACH: 'cannot be reached on the network',
  ENOTFOUND: 'has a name that does not resolve',
};

/** What a thrown network or TLS error means. Anything that is not one is returned as it is. */
export function connectionFault(thrown: unknown, endpoint: Endpoint): unknown {
  const code = codeOf(thrown);
  if (code === undefined) return thrown;
  const { address, tlsServerName, secret } = endpoint;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return fail(
      'CertificateNameMismatch',
      `The certificate of ${address} is not for ${tlsServerName}${namesOf(thrown)}.`,
      { address, tlsServerName, secret },
      thrown,
    );
  if (UNTRUSTED.has(code))
    return fail(
      'CertificateUntrusted',
      `The certificate of ${address} ${untrusted(code)}.`,
      { address, reason: code, secret },
      thrown,
    );
  const plain = PLAIN[code] ?? (speaksTls(code) ? undefined : 'does not speak TLS as an API server does');
  if (plain === undefined) return thrown;
  return unreachable(endpoint, plain, code, thrown);
}

/** The API server could not be spoken with; `what` ends the sentence that begins with its address. */
export function unreachable(endpoint: Endpoint, what: string, reason: string, cause?: unknown): ReleaseError {
  const { address } = endpoint;
  return fail('ApiServerUnreachable', `The API server at ${address} ${what}.`, { address, reason }, cause);
}

function speaksTls(code: string): boolean {
  return code !== 'EPROTO' && !code.startsWith('ERR_SSL_') && !code.startsWith('HPE_');
}

function untrusted(code: string): string {
  if (code === 'CERT_HAS_EXPIRED') return 'has expired; k3s renews it when it starts';
  if (code === 'CERT_NOT_YET_VALID') return 'is not valid yet; compare the clocks';
  return 'was not issued by the CA of the kubeconfig';
}

function codeOf(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

function namesOf(thrown: unknown): string {
  const names = (thrown as { cert?: { subjectaltname?: unknown } }).cert?.subjectaltname;
  return typeof names === 'string' ? `; it names ${names.slice(0, 500)}` : '';
}
