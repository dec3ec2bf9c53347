import { fail, ReleaseError, type ErrorCode } from '../core/errors.ts';

/** What was tried: the IAM action, and the name or ARN of what it was tried on. */
export interface AwsCall {
  action: string;
  resource: string;
}

interface Kind {
  code: ErrorCode;
  /** AWS' error codes; the same fact has another one in each API. */
  names: readonly string[];
  /** The sentence, up to the code that AWS gave. */
  says(call: AwsCall): string;
}

const KINDS: readonly Kind[] = [
  {
    code: 'AccessDenied',
    names: [
      'AccessDenied',
      'AccessDeniedException',
      'UnauthorizedOperation',
      'AuthFailure',
      'OptInRequired',
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'InvalidSignatureException',
      'ExpiredToken',
      'ExpiredTokenException',
      'CredentialsProviderError',
      'KmsAccessDenied',
      'KMSAccessDeniedException',
    ],
    says: ({ action, resource }) => `AWS does not allow ${action} on ${resource}`,
  },
  {
    code: 'ThrottledByAws',
    names: [
      'Throttling',
      'ThrottlingException',
      'ThrottledException',
      'RequestThrottled',
      'RequestThrottledException',
      'RequestLimitExceeded',
      'EC2ThrottledException',
      'TooManyRequestsException',
      'ProvisionedThroughputExceededException',
      'AutomationExecutionLimitExceededException',
      'KmsThrottled',
      'OverLimit',
    ],
    says: ({ action, resource }) => `AWS limits ${action} on ${resource}`,
  },
  {
    code: 'NodeGone',
    names: ['InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed'],
    says: ({ resource }) => `There is no instance ${resource} in this region and account`,
  },
  {
    code: 'NodeCapacityUnavailable',
    names: ['InsufficientInstanceCapacity', 'InsufficientHostCapacity'],
    says: ({ resource }) => `AWS has no capacity for ${resource}`,
  },
  {
    code: 'NodeStartFailed',
    names: ['IncorrectInstanceState', 'InstanceLimitExceeded', 'VcpuLimitExceeded'],
    says: ({ action, resource }) => `EC2 refused ${action} on ${resource}`,
  },
];

const KIND_OF = new Map(KINDS.flatMap((kind) => kind.names.map((name) => [name, kind])));

/** Codes of Node's sockets and of the SDK when no answer came at all. */
const NO_ANSWER =
  /^(TimeoutError|RequestTimeout|RequestTimeoutException|NetworkingError|E(CONN(REFUSED|RESET|ABORTED)|NOTFOUND|TIMEDOUT|PIPE|AI_AGAIN|HOSTUNREACH|NETUNREACH))$/;

/**
 * Sorts an error of the AWS SDK. AccessDenied names the action and the resource, from AWS' own message where it has them.
 * No answer and 5xx are AwsUnavailable: the same call may work a moment later.
 */
export function classify(error: unknown, call: AwsCall): ReleaseError {
  if (error instanceof ReleaseError) return error;
  const { name, text, status } = read(error);
  const kind = KIND_OF.get(name);
  if (kind !== undefined) {
    const about = kind.code === 'AccessDenied' ? namedBy(text, call) : call;
    const details = { ...about, awsCode: name, instance: call.resource };
    return fail(kind.code, `${kind.says(about)}: ${name}.`, details, error);
  }
  const details = { action: call.action, resource: call.resource, awsCode: name };
  if (NO_ANSWER.test(name) || status >= 500) {
    return fail('AwsUnavailable', `AWS did not serve ${call.action} on ${call.resource}: ${name}.`, details, error);
  }
  const words = text.trim().replace(/[.!?]*$/, '');
  return fail('Unexpected', `${call.action} on ${call.resource} failed: ${name}: ${words}.`, details, error);
}

/** The result of an SDK call; its failure is thrown as `classify` sorts it. */
export async function calling<T>(call: AwsCall, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw classify(error, call);
  }
}

/** True for an error of the SDK with this name. */
export function isAws(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}

/** As IAM words it: "User: ARN is not authorized to perform: ACTION on resource: ARN because …" */
function namedBy(text: string, call: AwsCall): AwsCall {
  return {
    action: /not authorized to perform:? ([\w-]+:\w+)/i.exec(text)?.[1] ?? call.action,
    resource: /on resource:? (\S+[^\s.,])/i.exec(text)?.[1] ?? call.resource,
  };
}

function read(error: unknown): { name: string; text: string; status: number } {
  if (!(error instanceof Error)) return { name: 'Error', text: String(error), status: 0 };
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const name = typeof code === 'string' && NO_ANSWER.test(code) ? code : error.name;
  return { name, text: error.message, status: $metadata?.httpStatusCode ?? 0 };
}
