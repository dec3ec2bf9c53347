import { randomBytes } from 'node:crypto';
import { awsError, type AwsError } from './error.ts';

/** Faults that the sandbox's owner wants AWS to have. In-process only: nothing on the wire can set them. */
export interface Faults {
  /**
   * The next `times` calls of the action get this error code; after them the action works again. A code that starts with
   * `Client.` or `Server.` is a state reason: StartInstances succeeds and the instance silently goes back to stopped.
   */
  next(action: string, code: string, times?: number): void;
  /** Forgets every fault that has not happened yet. */
  clear(): void;
}

export interface FaultQueue extends Faults {
  /** The error that this call has to fail with, if any. */
  error(action: string): AwsError | undefined;
  /** The state reason that this start has to end with, if any. */
  doom(action: string): string | undefined;
}

const MESSAGES: Record<string, string> = {
  InsufficientInstanceCapacity:
    'We currently do not have sufficient capacity in the Availability Zone you requested. Our system will be working on provisioning additional capacity.',
  RequestLimitExceeded: 'Request limit exceeded.',
  ThrottlingException: 'Rate exceeded',
  InstanceLimitExceeded: 'Your quota allows for 0 more running instance(s).',
  VcpuLimitExceeded: 'You have requested more vCPU capacity than your current vCPU limit allows.',
};

export function faultQueue(): FaultQueue {
  const waiting: { action: string; code: string }[] = [];
  const take = (action: string, wanted: (code: string) => boolean): string | undefined => {
    const at = waiting.findIndex((fault) => fault.action === action && wanted(fault.code));
    return at < 0 ? undefined : waiting.splice(at, 1)[0]?.code;
  };
  return {
    next: (action, code, times = 1) => void waiting.push(...Array.from({ length: times }, () => ({ action, code }))),
    clear: () => void waiting.splice(0),
    error(action) {
      const code = take(action, (name) => !isStateReason(name));
      return code === undefined ? undefined : awsError(code, messageOf(code));
    },
    doom: (action) => take(action, isStateReason),
  };
}

function isStateReason(code: string): boolean {
  return code.startsWith('Client.') || code.startsWith('Server.');
}

function messageOf(code: string): string {
  if (code === 'UnauthorizedOperation')
    return `You are not authorized to perform this operation. Encoded authorization failure message: ${randomBytes(96).toString('base64url')}`;
  return MESSAGES[code] ?? `The request failed with ${code}.`;
}
