import { ALGORITHM } from '../host/x509.ts';
import { KeyObject, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** From before every time that a test may sign at. */
export const ROOTED_AT = new Date('2020-01-01T00:00:00Z');
const validity = { notBefore: ROOTED_AT, notAfter: new Date('2049-01-01T00:00:00Z') };
/** What @sigstore/mock writes as the issuer of certificates, and into its timestamps. */
const names = {
  ca: 'CN=sigstore,O=sigstore.mock',
  tsaRoot: 'CN=tsa,O=sigstore.mock',
  tsa: 'CN=tsa signing,O=sigstore.mock',
};
const TSA_SERIAL_NUMBER = '02';

/** A key pair as @sigstore/mock takes it, and as certificates are made with. */
export interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly web: webcrypto.CryptoKeyPair;
}

/** A fresh key pair of the curve P-256. */
export async function createKeys(): Promise<Keys> {
  const web = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  return { publicKey: KeyObject.from(web.publicKey), privateKey: KeyObject.from(web.privateKey), web };
}

/** The chain that certificates of the CA with these keys end in, DER. The mock's own root begins only when it is made. */
export async function caChain(keys: Keys): Promise<Uint8Array[]> {
  return [await selfSigned(names.ca, keys)];
}

/** The chain of the timestamp authority whose tokens these keys sign, its own certificate first, DER. */
export async function tsaChain(keys: Keys): Promise<Uint8Array[]> {
  const root = await createKeys();
  const certificate = await X509CertificateGenerator.create({
    ...validity,
    serialNumber: TSA_SERIAL_NUMBER,
    subject: names.tsa,
    issuer: names.tsaRoot,
    publicKey: keys.web.publicKey,
    signingKey: root.web.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.timeStamping], true),
      await SubjectKeyIdentifierExtension.create(keys.web.publicKey),
      await AuthorityKeyIdentifierExtension.create(root.web.publicKey),
    ],
  });
  return [new Uint8Array(certificate.rawData), await selfSigned(names.tsaRoot, root)];
}

async function selfSigned(name: string, { web }: Keys): Promise<Uint8Array> {
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: '01',
    name,
    keys: web,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(web.publicKey),
    ],
  });
  return new Uint8Array(certificate.rawData);
}
