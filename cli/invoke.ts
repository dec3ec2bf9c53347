import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { classify, isAws } from '../functions/adapters/aws-errors.ts';
import { fail, type ReleaseError } from '../functions/core/errors.ts';
import { Answer } from './answer.ts';
import { regionMissing, regionOption } from './aws-region.ts';
import type { Command, CommandInput } from './command.ts';

export type FunctionName = 'deploy' | 'rollback' | 'drift' | 'status';

/** Sends `event` to a deployed function and waits for its answer. Throws InputInvalid, AccessDenied, AwsUnavailable, Unexpected. */
export type Ask = (name: FunctionName, event: object) => Promise<Answer>;

/** Options of every command that invokes a function. Credentials and endpoint are the SDK's own business. */
export const awsOptions: Command['options'] = {
  stage: { value: 'NAME', help: 'stage of the stack (production)' },
  ...regionOption,
};

/** Above the 900 s that a function may run. */
const ANSWER_MS = 920_000;

/** Calls functions as `hawser-<stage>-<name>`. Close it, or its idle connections keep the process. */
export function functionsOf({ options }: Pick<CommandInput, 'options'>): { ask: Ask; close: () => void } {
  const { stage = 'production', region } = options;
  const client = new LambdaClient({
    ...(region === undefined ? {} : { region }),
    // A second try of a call that may have arrived would deploy twice: the id of a release by hand is that of its invocation.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 10_000, socketTimeout: ANSWER_MS },
  });
  const ask: Ask = async (name, event) => {
    const functionName = `hawser-${stage}-${name}`;
    try {
      const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) });
      const { Payload, FunctionError } = await client.send(command);
      return answerOf(functionName, Buffer.from(Payload ?? []).toString(), FunctionError);
    } catch (error) {
      throw await explain(error, functionName, client);
    }
  };
  return { ask, close: () => client.destroy() };
}

function answerOf(functionName: string, payload: string, functionError: string | undefined): Answer {
  const json = parse(payload);
  if (functionError !== undefined) {
    const { errorMessage = functionError } = (json ?? {}) as { errorMessage?: unknown };
    throw fail('Unexpected', `${functionName} itself failed: ${String(errorMessage)}`, {});
  }
  const answer = Answer.safeParse(json);
  if (answer.success) return answer.data;
  throw fail(
    'Unexpected',
    `What ${functionName} answered is no result; is the stack of the same version as this command?`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The SDK's error as a sentence that names the function and what to change. */
async function explain(error: unknown, functionName: string, client: LambdaClient): Promise<ReleaseError> {
  if (isAws(error, 'ResourceNotFoundException')) {
    const where = await client.config.region();
    return fail(
      'InputInvalid',
      `There is no function ${functionName} in ${where}; deploy the stack, or give its --stage and --region.`,
    );
  }
  return regionMissing(error) ?? classify(error, { action: 'lambda:InvokeFunction', resource: functionName });
}
