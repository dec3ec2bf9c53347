import type { ErrorCode } from '../errors.ts';
import { textAt } from './field.ts';
import type { Manifest } from '../kubernetes.ts';
import { oneLine, type ContainerView, type Finding } from './look.ts';
import { createCommand, missingConfig, referenceTo } from './missing-config.ts';

/** What the kubelet or the runtime says about a container that cannot be made (CreateContainerConfigError, CreateContainerError). */
export function createTrouble(view: ContainerView, reason: string, message: string, pod: Manifest): Finding {
  const cause = causeOf(view, message, pod);
  return {
    code: cause.code,
    what: `${view.label} cannot be created: ${oneLine(withoutPlace(message)) || reason}${cause.where ?? ''}`,
    details: { reason: oneLine(message), fix: cause.fix },
    isFinal: !passes(message),
  };
}

/** Without the pod and the container at its end, which the sentence names already. */
function withoutPlace(message: string): string {
  return message.replace(/\s*\(pod: "[^"]*", container: [^)]*\)$/, '');
}

/** These go by themselves: caches of the kubelet that fill, a busy runtime, the container of the try before. */
function passes(message: string): boolean {
  return /failed to sync .* cache|deadline exceeded|is reserved for|not registered|timed out waiting|connection refused/i.test(
    message,
  );
}

function causeOf(
  view: ContainerView,
  message: string,
  pod: Manifest,
): { code: ErrorCode; fix: string; where?: string } {
  const missing = missingConfig(message, pod);
  if (missing !== undefined) {
    const where = referenceTo(missing, view.spec, pod);
    return { code: 'ContainerConfigInvalid', fix: createCommand(missing, pod), where };
  }
  const fix = runAsFix(message);
  if (fix !== undefined) return { code: 'RunAsNonRootViolated', fix };
  if (/no command specified/i.test(message)) {
    const set = `Set command of container ${textAt(view.spec, 'name')}, or ENTRYPOINT in the Dockerfile.`;
    return { code: 'ContainerCannotRun', fix: set };
  }
  if (/unable to find (?:user|group)|no users found|no matching entries in (?:passwd|group) file/i.test(message)) {
    const set =
      'Make the user in the image (RUN adduser …), or set a number in USER of the Dockerfile or in securityContext.runAsUser.';
    return { code: 'ContainerCannotRun', fix: set };
  }
  return { code: 'ContainerConfigInvalid', fix: otherFix(message, pod) };
}

function runAsFix(message: string): string | undefined {
  const named = /non-numeric user \(([^)]*)\)/.exec(message)?.[1];
  if (named !== undefined) {
    return `Set a number: USER 1000 instead of ${named} in the Dockerfile, or securityContext.runAsUser: 1000 in the manifest.`;
  }
  if (/image will run as root/.test(message)) {
    return 'Set USER 1000 in the Dockerfile, or securityContext.runAsUser: 1000 in the manifest; or take runAsNonRoot: true out.';
  }
  if (/runAsUser breaks non-root policy/.test(message)) {
    return 'Set securityContext.runAsUser to another number than 0, such as 1000; or take runAsNonRoot: true out.';
  }
  return undefined;
}

function otherFix(message: string, pod: Manifest): string {
  if (/subPath/i.test(message)) {
    return 'Mend subPath of the volumeMount: a relative path without "..", whose parent is a folder that the container may write to.';
  }
  const place = `-n ${textAt(pod, 'metadata', 'namespace') || 'default'} pod/${textAt(pod, 'metadata', 'name')}`;
  return `Mend what the sentence names; see the whole of it: kubectl describe ${place}`;
}
