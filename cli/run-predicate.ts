import { fail } from '../functions/core/errors.ts';
import { predicateOf } from '../scanners/verdict/make.ts';
import { Predicate } from '../scanners/verdict/predicate.ts';
import { readGateFile } from './gate-file.ts';
import { runOf } from './run-facts.ts';

/**
 * The predicate of what the gate decided in this run of a workflow. `path`: what `hawser gate --json` printed; `env`: the variables of the
 * run. Throws InputInvalid for a file or variables that cannot be used and for a verdict that is `invalid`, GateBlocked for `block`.
 */
export async function runPredicate(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Predicate> {
  const { facts, url } = runOf(env);
  const decision = await readGateFile(path);
  const { verdict, reasons, blocking } = decision;
  if (verdict === 'invalid') {
    const source = `${path}: the verdict is invalid, and nothing was decided`;
    throw fail('InputInvalid', `${source}: ${reasons.join(' ')}`, { source, problems: reasons });
  }
  if (verdict === 'block')
    throw fail('GateBlocked', `A verdict that blocks is not signed: ${blocking} findings block. ${reasons.join(' ')}`, {
      url,
    });
  const read = Predicate.safeParse(predicateOf(decision, facts));
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`);
  throw fail('InputInvalid', `${path} makes no verdict: ${problems.join('; ')}.`, { source: path, problems });
}
