import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What the function answers: its result, the error object of a function that failed itself, or an error of Lambda's API. */
export type Reply =
  | { result: unknown }
  | { functionError: string; errorMessage: string }
  | { status: number; type: string; message: string };

export interface Lambda extends AsyncDisposable {
  /** Settings with which the SDK calls this server. */
  env: Record<string, string>;
  calls: { functionName: string; event: unknown }[];
  /** What the next calls get. */
  answer: (reply: Reply) => void;
}

/** An HTTP server that speaks Lambda's Invoke on loopback, as its API reference describes it. */
export async function startLambda(): Promise<Lambda> {
  const calls: Lambda['calls'] = [];
  let reply: Reply = { status: 500, type: 'ServiceException', message: 'no reply was set' };
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const functionName = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '')?.[1] ?? '';
    calls.push({ functionName, event: await json(request) });
    send(response, reply);
  };
  const server = createServer((request, response) => void receive(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    calls,
    answer: (next) => (reply = next),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function send(response: ServerResponse, reply: Reply): void {
  if ('type' in reply) {
    response.writeHead(reply.status, { 'x-amzn-errortype': reply.type, 'content-type': 'application/json' });
    response.end(JSON.stringify({ Message: reply.message }));
  } else if ('functionError' in reply) {
    response.writeHead(200, { 'x-amz-function-error': reply.functionError });
    response.end(JSON.stringify({ errorType: 'Error', errorMessage: reply.errorMessage }));
  } else response.writeHead(200).end(JSON.stringify(reply.result));
}
