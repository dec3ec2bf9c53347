import { numberAt, textAt } from './field.ts';
import { memoryFinding } from './memory-trouble.ts';
import type { Manifest } from '../kubernetes.ts';
import { oneLine, type ContainerView, type Finding, type Look } from './look.ts';
import { nameOf, platformOf } from './pull-trouble.ts';

/** One start can fail by chance; the second that fails the same way is not chance. */
const failuresThatCount = 2;

interface Cause {
  pattern: RegExp;
  why: string;
  fix: string;
}

/** Runc's and Docker's words for a program that cannot be run. It stays so until the image or the manifest changes. */
const programs: Cause[] = [
  {
    pattern: /executable file not found in \$?PATH/i,
    why: 'the command is not in the image',
    fix: 'Mend command of the container or ENTRYPOINT of the image; see what is there: docker run --rm --entrypoint sh {image} -c "command -v PROGRAM"',
  },
  {
    pattern: /is a directory/i,
    why: 'the command is a folder',
    fix: 'Name a program, not a folder, in command of the container or ENTRYPOINT of the image.',
  },
  {
    pattern: /permission denied/i,
    why: 'the program may not be executed',
    fix: 'Give it the right in the Dockerfile: RUN chmod +x PROGRAM (and the user of the container must be able to read it).',
  },
  {
    pattern: /no such file or directory|not a directory/i,
    why: 'the program, or the interpreter of its script, is not in the image',
    fix: 'Mend command of the container or ENTRYPOINT of the image; scripts need Unix line ends and an interpreter that is there: docker run --rm --entrypoint ls {image} -l PATH',
  },
];

/** The runtime could not start the process. `message` is its text. */
export function startTrouble(view: ContainerView, message: string, pod: Manifest, look: Look): Finding {
  const restarts = numberAt(view.status, 0, 'restartCount');
  const image = textAt(view.spec, 'image') || textAt(view.status, 'image') || 'IMAGE';
  const details = { reason: oneLine(message), restarts, image };
  if (/exec format error/i.test(message)) {
    return { ...foreign(view, pod, look), details: { ...details, ...platform(image, pod, look) } };
  }
  if (/OOM-killed|memory limit too low/i.test(message)) return memoryFinding(view, pod, 'when it started', true);
  if (/error mounting|mount a directory onto a file|not a directory: unknown: Are you trying/i.test(message)) {
    const fix =
      'A file is mounted on a folder, or a folder on a file: set subPath to the key for a single file, and mountPath to its full name.';
    return {
      code: 'VolumeMountFailing',
      what: `${view.label} cannot be started: ${tail(message)}`,
      details: { ...details, fix },
      isFinal: true,
    };
  }
  const program = programs.find(({ pattern }) => pattern.test(message));
  const said = tail(message) || 'the runtime gives no reason';
  const fix =
    program?.fix.replace('{image}', image) ??
    `Mend command, args or the image; the runtime's own words are in the sentence.`;
  return {
    code: 'ContainerCannotRun',
    what: `${view.label} cannot be started${program === undefined ? '' : `: ${program.why}`}: ${said}`,
    details: { ...details, fix },
    isFinal: program !== undefined || restarts >= failuresThatCount,
  };
}

/** The image is built for another processor. Told by the runtime, or by the container's log. */
export function foreign(
  view: Pick<ContainerView, 'label'>,
  pod: Manifest,
  look: Pick<Look, 'nodes'>,
): Omit<Finding, 'details'> {
  const node = platformOf(pod, look);
  const has = node === undefined ? 'the node has' : `the node has (${node})`;
  return {
    code: 'ImagePlatformMismatch',
    what: `${view.label} cannot be started: exec format error: the image is built for another CPU architecture than ${has}`,
    isFinal: true,
  };
}

export function platform(image: string, pod: Manifest, look: Pick<Look, 'nodes'>): { image: string; platform: string } {
  return { image: nameOf(image), platform: platformOf(pod, look) ?? 'kubectl get nodes -L kubernetes.io/arch' };
}

/** The end of a chain of wrapped errors tells the cause; what comes before only says that it failed. */
function tail(message: string): string {
  const starts = [
    /exec: "/,
    /exec \//,
    /error mounting /,
    /error during container init: /,
    /unable to start container process: /,
  ];
  const start = starts.map((one) => message.search(one)).find((index) => index >= 0) ?? 0;
  const text = message.slice(start).replace(/^(?:error during container init|unable to start container process): /, '');
  return oneLine(text.replace(/: unknown(?=$|:)/, ''));
}
