import type { ErrorCode } from '../errors.ts';

export type PullCode = Extract<
  ErrorCode,
  | 'ImagePullDenied'
  | 'ImageNotFound'
  | 'ImagePullFailing'
  | 'ImageNameInvalid'
  | 'ImagePlatformMismatch'
  | 'RegistryRateLimited'
  | 'RegistryUnreachable'
  | 'RegistryCertificateUntrusted'
  | 'NodeUnderPressure'
>;

/** Why an image is not pulled, in words for a sentence, and whether waiting helps. */
export interface PullCause {
  code: PullCode;
  cause: string;
  isTransient: boolean;
  /** What to do, for the codes whose hint is `{fix}`. */
  fix?: string;
}

interface Rule extends PullCause {
  pattern: RegExp;
}

/**
 * What containerd, CRI-O and the kubelet write, by cause; the first that fits counts. Numbers stand only with their words,
 * since a digest can hold any digits. Sources: k3s#2787, kubernetes#127918, containerd's resolver, containers/image.
 */
const rules: Rule[] = [
  {
    pattern: /must be lowercase/i,
    code: 'ImageNameInvalid',
    cause: 'the image name is not valid (it must be in lower case)',
    isTransient: false,
  },
  {
    pattern: /InvalidImageName|invalid reference format|couldn'?t parse image|Failed to apply default image tag/i,
    code: 'ImageNameInvalid',
    cause: 'the image name is not valid (name:tag or name@sha256:…, in lower case)',
    isTransient: false,
  },
  {
    pattern: /toomanyrequests|\b429\b[ :]*Too Many Requests|rate limit/i,
    code: 'RegistryRateLimited',
    cause: 'the registry limits the rate of pulls (429 Too Many Requests)',
    isTransient: true,
  },
  {
    pattern: /pull QPS exceeded/i,
    code: 'RegistryRateLimited',
    cause: 'the kubelet limits its own pulls (pull QPS exceeded)',
    isTransient: true,
  },
  {
    pattern:
      /no match for platform|no matching manifest for|does not match the specified platform|no image found in (?:manifest list|image index) for architecture|image operating system "[^"]*" cannot be used/i,
    code: 'ImagePlatformMismatch',
    cause: 'the image has no variant for the platform of the node',
    isTransient: false,
  },
  {
    pattern: /no space left on device|disk quota exceeded/i,
    code: 'NodeUnderPressure',
    cause: 'the disk of the node is full (no space left on device)',
    isTransient: false,
    fix: 'Free the disk of the node: df -h; sudo crictl rmi --prune. Or make its volume larger.',
  },
  {
    pattern: /anonymous token[^\n]*(?:401 Unauthorized|403 Forbidden)/i,
    code: 'ImagePullDenied',
    cause: 'the registry asks for a login (401), and none was sent',
    isTransient: false,
  },
  {
    pattern: /oauth token[^\n]*401 Unauthorized|invalid_token|incorrect username or password|bad credentials/i,
    code: 'ImagePullDenied',
    cause: 'the registry asks for a login (401), and does not accept the one that was sent',
    isTransient: false,
  },
  {
    pattern:
      /401 \(?Unauthorized|authentication required|(?<!insufficient_scope: )authorization failed|\bunauthorized:|no basic auth credentials|invalid username\/password/i,
    code: 'ImagePullDenied',
    cause: 'the registry asks for a login (401)',
    isTransient: false,
  },
  {
    pattern: /pull access denied, repository does not exist or may require/i,
    code: 'ImagePullDenied',
    cause: 'the registry refuses access (403): there is no such repository, or it needs a login that may read it',
    isTransient: false,
  },
  {
    pattern:
      /403 \(?Forbidden|denied: denied|permission_denied|insufficient_scope|access denied|requested access to the resource is denied|(?<!permission )\bdenied:/i,
    code: 'ImagePullDenied',
    cause: 'the registry refuses these credentials (403)',
    isTransient: false,
  },
  {
    pattern: /certificate has expired or is not yet valid|certificate has expired/i,
    code: 'RegistryCertificateUntrusted',
    cause:
      'the node does not trust the certificate of the registry: it has expired, or the clock of the node is wrong (x509)',
    isTransient: false,
  },
  {
    pattern: /server gave HTTP response to HTTPS client/i,
    code: 'RegistryCertificateUntrusted',
    cause: 'the registry speaks plain http, and the node asks for https (server gave HTTP response to HTTPS client)',
    isTransient: false,
  },
  {
    pattern:
      /x509:|certificate (?:signed by unknown authority|is not valid|is valid for)|failed to verify certificate/i,
    code: 'RegistryCertificateUntrusted',
    cause: 'the node does not trust the certificate of the registry (x509)',
    isTransient: false,
  },
  unreachable(
    /no such host|server misbehaving|Temporary failure in name resolution|lookup \S+(?: on \S+)?: /i,
    'its name does not resolve on the node',
  ),
  unreachable(/connection refused/i, 'connection refused'),
  unreachable(/connection reset|broken pipe|\bEOF\b/i, 'it closes the connection'),
  unreachable(/no route to host|network is unreachable/i, 'the node has no route to it'),
  unreachable(
    /i\/o timeout|TLS handshake timeout|deadline exceeded|Client\.Timeout|context canceled|timed out/i,
    'timeout',
  ),
  unreachable(/\b500 Internal Server Error/i, '500 Internal Server Error'),
  unreachable(/\b502 Bad Gateway/i, '502 Bad Gateway'),
  unreachable(/\b503 Service Unavailable/i, '503 Service Unavailable'),
  unreachable(/\b504 Gateway Time-?out/i, '504 Gateway Timeout'),
  {
    pattern: /is no longer supported since containerd|unsupported (?:manifest|media ?type)|manifest schema version/i,
    code: 'ImagePullFailing',
    cause: 'the image has an old manifest format that the node does not read any more',
    isTransient: false,
    fix: 'Build and push the image again with a current Docker or buildah.',
  },
  {
    pattern:
      /manifest[ _]unknown|name_unknown|manifest for \S+ not found|name unknown|404 Not Found|: not found\b|repository .* not found|code = NotFound/i,
    code: 'ImageNotFound',
    cause: 'the registry does not have it (404)',
    isTransient: false,
  },
  {
    pattern: /ErrImageNeverPull|is not present with pull policy of Never/i,
    code: 'ImagePullFailing',
    cause: 'the node does not have it and imagePullPolicy is Never',
    isTransient: false,
    fix: 'Set imagePullPolicy: IfNotPresent, or put the image on the node: sudo k3s ctr images import FILE',
  },
];

function unreachable(pattern: RegExp, how: string): Rule {
  return { pattern, code: 'RegistryUnreachable', cause: `the registry does not answer (${how})`, isTransient: true };
}

/** Classes the text of a failed pull. Undefined when the text tells no cause that is known. */
export function classifyPull(text: string): PullCause | undefined {
  const rule = rules.find(({ pattern }) => pattern.test(text));
  if (rule === undefined) return undefined;
  const { code, cause, isTransient, fix } = rule;
  return { code, cause, isTransient, ...(fix === undefined ? {} : { fix }) };
}

/** The registry of an image reference: `ghcr.io`; without one `docker.io`. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.replace(/^\w+:\/\//, '').split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : 'docker.io';
}
