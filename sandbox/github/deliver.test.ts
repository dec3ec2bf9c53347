import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verify } from '@octokit/webhooks-methods';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliver } from './deliver.ts';

const received: { headers: IncomingHttpHeaders; body: string }[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
    response.writeHead(202).end('accepted');
  });
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => void server.close());

test('the signature verifies with the library that receivers use, over the bytes as sent', async () => {
  const answer = await deliver(url, 's3cret', { title: 'Grüße', list: [1] });
  const { headers, body } = received.at(-1) ?? { headers: {}, body: '' };
  expect(answer).toMatchObject({ status: 202, body: 'accepted' });
  expect(await verify('s3cret', body, String(headers['x-hub-signature-256']))).toBe(true);
  expect(await verify('another', body, String(headers['x-hub-signature-256']))).toBe(false);
  expect(headers).toMatchObject({
    'x-github-event': 'workflow_run',
    'x-github-delivery': answer.deliveryId,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  });
  expect(headers['user-agent']).toMatch(/^GitHub-Hookshot\//);
});

test('a redelivery keeps its id, and headers can be replaced or left out', async () => {
  const id = '0b989ba4-242f-11e5-81e1-c7b6966d2516';
  const headers = { host: 'abc.lambda-url.eu-west-1.example', 'x-hub-signature-256': undefined };
  await deliver(url, 's3cret', '{"raw": true }', { event: 'ping', deliveryId: id, headers });
  const last = received.at(-1);
  expect(last?.body).toBe('{"raw": true }');
  expect(last?.headers).toMatchObject({ 'x-github-event': 'ping', 'x-github-delivery': id, host: headers.host });
  expect(last?.headers).not.toHaveProperty('x-hub-signature-256');
});

test('a receiver that is not there is an error', async () => {
  await expect(deliver('http://127.0.0.1:9/', 's', {})).rejects.toThrow(/ECONNREFUSED/);
});
