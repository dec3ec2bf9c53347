/** A JSON pointer (RFC 6901); the empty string is the whole document. */
export type Pointer = string;

export interface Position {
  /** Path below the manifest folder. */
  file: string;
  /** From 1. */
  line?: number;
}

/** One thing that is wrong in a file, for the person who wrote it. */
export interface Problem extends Position {
  path?: Pointer;
  message: string;
}

/** One thing that is wrong in a value, before it is known where that is written. */
export interface Finding {
  path: Pointer;
  message: string;
  /** The piece of the text there that is meant. */
  part?: string;
}

export function childPointer(parent: Pointer, key: string | number): Pointer {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The keys of a pointer, unescaped. */
export function pointerKeys(pointer: Pointer): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function parentPointer(pointer: Pointer): Pointer {
  return pointer.slice(0, Math.max(pointer.lastIndexOf('/'), 0));
}

/** The place of the pointer, or of its nearest parent that has a line. */
export function locate(
  file: string,
  lineOf: (pointer: Pointer, part?: string) => number | undefined,
  pointer: Pointer,
  part?: string,
): Position {
  for (let at = pointer; ; at = parentPointer(at)) {
    const line = lineOf(at, part);
    if (line !== undefined) return { file, line };
    if (at === '') return { file };
  }
}

/** `k8s/base/deployment.yaml:24`, the form that editors turn into a link. */
export function describePosition({ file, line }: Position, root = 'k8s/'): string {
  return `${root}${file}${line === undefined ? '' : `:${line}`}`;
}

/** `k8s/base/deployment.yaml:12: spec.replicas: expected a number`. */
export function describeProblem(problem: Problem, root = 'k8s/'): string {
  const place = describePosition(problem, root);
  return problem.path ? `${place}: ${dotted(problem.path)}: ${problem.message}` : `${place}: ${problem.message}`;
}

function dotted(pointer: Pointer): string {
  return pointerKeys(pointer)
    .map((key) => (/^\d+$/.test(key) ? `[${key}]` : /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`))
    .join('')
    .replace(/^\./, '');
}
