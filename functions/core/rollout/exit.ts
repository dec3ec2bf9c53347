import { numberAt, textAt } from './field.ts';

const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL, an illegal instruction',
  5: 'SIGTRAP',
  6: 'SIGABRT, an abort of its own',
  7: 'SIGBUS, a bad memory access',
  8: 'SIGFPE, an arithmetic error',
  9: 'SIGKILL',
  11: 'SIGSEGV, a bad memory access',
  13: 'SIGPIPE',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
};

/** What a shell or a runtime means by these. */
const words: Readonly<Record<number, string>> = {
  125: 'the runtime could not run it',
  126: 'the command may not be executed',
  127: 'the command was not found',
  255: 'out of range, or the node stopped it',
};

/**
 * `exits 1`, `exits 127 (the command was not found)`, or `is ended by SIGSEGV (exit 139)` of a `terminated` state. Above 128
 * a shell's convention names the signal. `keeps ending` when there is no code.
 */
export function describeExit(terminated: unknown): string {
  const exitCode = numberAt(terminated, -1, 'exitCode');
  const signal = numberAt(terminated, 0, 'signal') || (exitCode > 128 && exitCode < 255 ? exitCode - 128 : 0);
  const name = signals[signal];
  if (name !== undefined) {
    const [short = '', ...more] = name.split(', ');
    return `is ended by ${short}${more.length === 0 ? '' : `, ${more.join(', ')}`} (exit ${exitCode === -1 ? 128 + signal : exitCode})`;
  }
  if (exitCode === -1) return 'keeps ending';
  const meaning = textAt(terminated, 'reason') === 'ContainerStatusUnknown' ? 'its end was not seen' : words[exitCode];
  return `exits ${exitCode}${meaning === undefined ? '' : ` (${meaning})`}`;
}
