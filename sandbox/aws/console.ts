import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { clientConfig } from './client.ts';

export interface Invocation {
  /** What the function returned, or the error object of a failed one. */
  payload: unknown;
  /** Set when the function threw, timed out or died; absent when it returned. */
  functionError?: string;
  /** The last 4 KB of the function's log. */
  log: string;
}

/** Invokes a function as the Test button of the AWS console does, and waits for its end. */
export async function invoke(endpoint: string, functionName: string, payload: unknown): Promise<Invocation> {
  const client = new LambdaClient({
    ...clientConfig(endpoint),
    maxAttempts: 1,
    requestHandler: { requestTimeout: 910_000 },
  });
  try {
    const answer = await client.send(
      new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'RequestResponse',
        LogType: 'Tail',
        Payload: JSON.stringify(payload),
      }),
    );
    const text = Buffer.from(answer.Payload ?? []).toString();
    return {
      payload: text === '' ? undefined : JSON.parse(text),
      log: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
      ...(answer.FunctionError === undefined ? {} : { functionError: answer.FunctionError }),
    };
  } finally {
    client.destroy();
  }
}
