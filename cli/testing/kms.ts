import { createECDH, createHash, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface Kms extends AsyncDisposable {
  /** Settings with which the SDK calls this server. */
  env: Record<string, string>;
  /** Of the key `alias/verdict`. */
  pem: string;
  calls: { action: string; input: Record<string, unknown> }[];
}

/** Keys by their id: what KMS says of each. `alias/verdict` is the one that can sign. */
const others: Readonly<Record<string, { KeySpec: string; KeyUsage: string } | { error: string }>> = {
  'alias/rsa': { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' },
  'alias/agreement': { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' },
  'alias/symmetric': { error: 'UnsupportedOperationException' },
  'alias/disabled': { error: 'DisabledException' },
  'alias/forbidden': { error: 'AccessDeniedException' },
};

/** An HTTP server that speaks KMS' GetPublicKey and Sign on loopback, as its API reference describes them, with a real key. */
export async function startKms(options: { signsWithAnother?: boolean } = {}): Promise<Kms> {
  const [shown, other] = [pair(), pair()];
  const signer = options.signsWithAnother === true ? other : shown;
  const spki = createPublicKey(shown).export({ type: 'spki', format: 'der' });
  const calls: Kms['calls'] = [];
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const input = (await json(request)) as Record<string, unknown>;
    const action = String(request.headers['x-amz-target']).replace('TrentService.', '');
    calls.push({ action, input });
    const id = String(input['KeyId']);
    const found = id === 'alias/verdict' ? { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } : others[id];
    if (found === undefined) send(response, 400, { __type: 'NotFoundException', message: `Alias ${id} is not found.` });
    else if ('error' in found) send(response, 400, { __type: found.error, message: `no ${action} of ${id}` });
    else if (action === 'GetPublicKey')
      send(response, 200, { KeyId: id, ...found, PublicKey: spki.toString('base64') });
    else send(response, 200, { KeyId: id, Signature: answer(signer, input).toString('base64') });
  };
  const server = createServer((request, response) => void receive(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    pem: createPublicKey(shown).export({ type: 'spki', format: 'pem' }).toString(),
    calls,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

function answer(key: ReturnType<typeof pair>, { Message, MessageType }: Record<string, unknown>): Buffer {
  const message = Buffer.from(String(Message), 'base64');
  return signDigest(key, MessageType === 'DIGEST' ? message : createHash('sha256').update(message).digest());
}

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** ECDSA over P-256 (FIPS 186-5, 6.4.1) of a digest as it is, which node:crypto does not offer: it always hashes. In DER. */
function signDigest(key: ReturnType<typeof pair>, digest: Buffer): Buffer {
  const secret = toNumber(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const nonce = randomBytes(31);
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(nonce);
  const r = toNumber(ecdh.getPublicKey().subarray(1, 33)) % ORDER;
  const s = (inverse(toNumber(nonce)) * (toNumber(digest) + r * secret)) % ORDER;
  const body = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** By Fermat: the order is prime. */
function inverse(value: bigint): bigint {
  let [result, base] = [1n, value];
  for (let rest = ORDER - 2n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * base) % ORDER;
    base = (base * base) % ORDER;
  }
  return result;
}

function integer(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const padded = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return Buffer.concat([Buffer.from([0x02, padded.length]), padded]);
}
