import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryClock } from './memory/clock.ts';
import { secrets } from './secrets.ts';

const VALUE = 'canary-7f3e1c';
const NAME = 'shop/kubeconfig';
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A Secrets Manager that refuses every call with this error. */
async function refusing(type: string, message: string, status: number) {
  const http = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type });
      response.end(JSON.stringify({ __type: type, Message: message, message }));
    });
  });
  server = http;
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  const client = new SecretsManagerClient({
    endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  return secrets({ client, clock: memoryClock() });
}

const ARN = `arn:aws:secretsmanager:us-east-1:1:secret:${NAME}-a1B2c3`;
const DENIED = `User: arn:aws:sts::1:assumed-role/deploy/f is not authorized to perform: secretsmanager:GetSecretValue on resource: ${ARN} because no identity-based policy allows it`;

describe('what Secrets Manager refuses', () => {
  test.each([
    [
      'AccessDeniedException',
      400,
      DENIED,
      { code: 'AccessDenied', details: { action: 'secretsmanager:GetSecretValue', resource: ARN, secret: NAME } },
    ],
    ['ThrottlingException', 400, 'Rate exceeded', { code: 'ThrottledByAws', retryable: true }],
    ['InternalServiceError', 500, 'An error occurred', { code: 'AwsUnavailable', retryable: true }],
    ['DecryptionFailure', 400, 'no such key', { code: 'Unexpected' }],
    ['ResourceNotFoundException', 400, 'no such secret', { code: 'SecretMissing' }],
    ['InvalidRequestException', 400, 'marked for deletion', { code: 'SecretMissing' }],
  ])('%s', async (type, status, message, expected) => {
    const store = await refusing(type, message, status);
    await expect(store.read(NAME)).rejects.toMatchObject(expected);
    await expect(store.versions(NAME)).rejects.toMatchObject(expected);
  });

  test.each(['ValidationException', 'InvalidParameterException', 'AccessDeniedException', 'ThrottlingException'])(
    'a value that AWS quotes in %s is nowhere in the error',
    async (type) => {
      const store = await refusing(
        type,
        `1 validation error detected: Value '${VALUE}' at 'secretString' is wrong`,
        400,
      );
      const error: unknown = await store.write(NAME, VALUE).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ message: expect.stringContaining(NAME) });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(VALUE);
    },
  );
});
