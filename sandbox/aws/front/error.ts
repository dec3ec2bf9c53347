/** What AWS answers instead of a result; `code` is the name that an SDK gives the error. */
export interface AwsError extends Error {
  code: string;
  status: number;
}

/** Statuses other than 400, by code. InsufficientInstanceCapacity really is a 500, which SDKs retry by themselves. */
const STATUS: Record<string, number> = {
  DryRunOperation: 412,
  UnauthorizedOperation: 403,
  AuthFailure: 401,
  OptInRequired: 401,
  InsufficientInstanceCapacity: 500,
  InternalError: 500,
  RequestLimitExceeded: 503,
  ServiceUnavailable: 503,
  Unavailable: 503,
};

/** An error of AWS with the HTTP status that AWS gives this code. */
export function awsError(code: string, message: string): AwsError {
  return Object.assign(new Error(message), { code, status: STATUS[code] ?? 400 });
}

export function isAwsError(error: unknown): error is AwsError {
  return error instanceof Error && 'code' in error && 'status' in error;
}
