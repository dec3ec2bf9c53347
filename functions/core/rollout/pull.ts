import type { ErrorCode } from '../errors.ts';

/** Why an image is not pulled, in words for a sentence, and whether waiting helps. */
export interface PullCause {
  code: Extract<ErrorCode, 'ImagePullDenied' | 'ImageNotFound' | 'ImagePullFailing'>;
  cause: string;
  isTransient: boolean;
}

interface Rule extends PullCause {
  pattern: RegExp;
}

/**
 * What containerd and the kubelet write, by cause; the first that fits counts. Numbers stand only with their words, since
 * a digest can hold any digits. Sources: k3s#2787, kubernetes#127918, containerd's resolver.
 */
const rules: Rule[] = [
  {
    pattern: /InvalidImageName|invalid reference format|must be lowercase|couldn'?t parse image/i,
    code: 'ImagePullFailing',
    cause: 'the image name is not valid (it must be in lower case)',
    isTransient: false,
  },
  {
    pattern: /toomanyrequests|429 Too Many Requests|rate limit/i,
    code: 'ImagePullFailing',
    cause: 'the registry limits the rate of pulls (429)',
    isTransient: true,
  },
  {
    pattern: /401 Unauthorized|authentication required|unauthorized:|no basic auth credentials/i,
    code: 'ImagePullDenied',
    cause: 'the registry asks for a login (401)',
    isTransient: false,
  },
  {
    pattern:
      /403 Forbidden|denied: denied|permission_denied|insufficient_scope|access denied|requested access to the resource is denied/i,
    code: 'ImagePullDenied',
    cause: 'the registry refuses these credentials (403)',
    isTransient: false,
  },
  {
    pattern: /no match for platform|no matching manifest for|does not match the specified platform/i,
    code: 'ImagePullFailing',
    cause: 'the image has no variant for the platform of the node',
    isTransient: false,
  },
  {
    pattern:
      /no such host|server misbehaving|connection refused|connection reset|i\/o timeout|TLS handshake timeout|deadline exceeded|no route to host|network is unreachable|\bEOF\b|\b50[0234] (Internal|Not Impl|Bad|Service|Gateway)/i,
    code: 'ImagePullFailing',
    cause: 'the registry does not answer',
    isTransient: true,
  },
  {
    pattern:
      /x509:|certificate (signed by unknown authority|is not valid|has expired)|server gave HTTP response to HTTPS client/i,
    code: 'ImagePullFailing',
    cause: 'the node does not trust the certificate of the registry',
    isTransient: false,
  },
  {
    pattern: /manifest unknown|name unknown|404 Not Found|: not found|repository .* not found/i,
    code: 'ImageNotFound',
    cause: 'the registry does not have it (404)',
    isTransient: false,
  },
  {
    pattern: /no space left on device/i,
    code: 'ImagePullFailing',
    cause: 'the disk of the node is full',
    isTransient: false,
  },
  {
    pattern: /ErrImageNeverPull|is not present with pull policy of Never/i,
    code: 'ImagePullFailing',
    cause: 'the node does not have it and imagePullPolicy is Never',
    isTransient: false,
  },
];

/** Classes the text of a failed pull. Undefined when the text tells no cause that is known. */
export function classifyPull(text: string): PullCause | undefined {
  const rule = rules.find(({ pattern }) => pattern.test(text));
  return rule === undefined ? undefined : { code: rule.code, cause: rule.cause, isTransient: rule.isTransient };
}
