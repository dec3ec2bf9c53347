import { ALGORITHM } from './x509.ts';
import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type JsonName,
  type X509Certificate,
} from '@peculiar/x509';

const DAY_MS = 86_400_000;
/** k3s: certificate authorities live ten years, everything they sign one year. */
const [CA_DAYS, LEAF_DAYS] = [3650, 365];

export interface Authority {
  /** The authority's own certificate, PEM. */
  readonly pem: string;
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface CertifiedKey {
  /** The certificate, then its authority's, PEM. */
  readonly certificate: string;
  /** SEC 1 PEM ("EC PRIVATE KEY"), the form that k3s writes. */
  readonly key: string;
}

export interface Issued extends CertifiedKey {
  /** The certificate's DER alone, base64: an element of a JWT's x5c header. */
  readonly der: string;
  readonly privateKey: webcrypto.CryptoKey;
}

export interface Subject {
  commonName: string;
  /** Kubernetes reads each as a group of the user. */
  organizations?: string[];
}

/** A certificate authority of the sandbox's own, valid from an hour ago (clocks differ). */
export async function createAuthority(commonName: string): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(CA_DAYS),
    serialNumber: serialNumber(),
    name: distinguishedName({ commonName }),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { pem: pem(certificate), certificate, keys };
}

/** A certificate for a client of the API server: the common name is the user, the organizations are its groups. */
export function issueClient(authority: Authority, subject: Subject): Promise<Issued> {
  return sign(authority, subject, new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]));
}

/** A certificate for a server that answers to exactly these host names and IP addresses. */
export function issueServer(authority: Authority, subject: Subject, names: string[]): Promise<Issued> {
  const alternatives = names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value }));
  return sign(
    authority,
    subject,
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(alternatives),
  );
}

/** The same for a server's names; with none it is for no purpose in particular, such as to sign tokens. */
export function issue(authority: Authority, commonName: string, names: string[]): Promise<Issued> {
  return names.length === 0 ? sign(authority, { commonName }) : issueServer(authority, { commonName }, names);
}

/** A key pair without a certificate, PEM: what signs service account tokens. */
export async function createKeyPair(): Promise<{ publicKey: string; privateKey: string }> {
  const keys = await generateKeys();
  const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', keys.publicKey));
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ type: 'spki', format: 'pem' });
  return { publicKey: publicKey.toString(), privateKey: await exportKey(keys.privateKey) };
}

async function sign(
  authority: Authority,
  subject: Subject,
  ...purpose: (ExtendedKeyUsageExtension | SubjectAlternativeNameExtension)[]
): Promise<Issued> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.create({
    ...validity(LEAF_DAYS),
    serialNumber: serialNumber(),
    subject: distinguishedName(subject),
    issuer: authority.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
      await AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
      ...purpose,
    ],
  });
  return {
    certificate: pem(certificate) + authority.pem,
    key: await exportKey(keys.privateKey),
    der: Buffer.from(certificate.rawData).toString('base64'),
    privateKey: keys.privateKey,
  };
}

function distinguishedName({ commonName, organizations = [] }: Subject): JsonName {
  return [...organizations.map((name) => ({ O: [name] })), { CN: [commonName] }];
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'sec1', format: 'pem' })
    .toString();
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

/** From an hour ago, since clocks differ. */
function validity(days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + days * DAY_MS) };
}

/** Positive and at most 20 octets, as RFC 5280 §4.1.2.2 asks. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return bytes.toString('hex');
}
