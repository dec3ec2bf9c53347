import type { Manifest } from '../../kubernetes.ts';

type Parts = Record<string, unknown>;

/** `apps/v1 Deployment`, with its parts: `spec`, `status`, or `metadata` added to its name and generation. */
export function object(typed: string, parts: Parts = {}): Manifest {
  const [apiVersion = '', kind = ''] = typed.split(' ');
  const metadata = parts['metadata'] as Parts | undefined;
  return { apiVersion, kind, ...parts, metadata: { name: 'shop', namespace: 'shop', generation: 2, ...metadata } };
}

/** `Ready=False InstallFailed: no space`: a condition; reason and message may be left out. `@1` at its end is its observedGeneration. */
export function condition(text: string): Parts {
  const [, type, status, reason, message, generation] =
    /^([^=]+)=(\w+)(?: ([^:@]+?))?(?:: ?(.*?))?(?: ?@(\d+))?$/.exec(text) ?? [];
  return {
    type,
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    ...(generation === undefined ? {} : { observedGeneration: Number(generation) }),
  };
}

export function conditions(...texts: string[]): { conditions: Parts[] } {
  return { conditions: texts.map(condition) };
}
