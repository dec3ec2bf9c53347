import { optionalOf, requiredOf, wrongAt } from '../json/field.ts';
import type { Json } from '../json/shape.ts';
import type { Draft } from './draft.ts';
import { ratingOf } from './severity.ts';

/** One entry of `infrastructureAsCodeIssues`. Throws `invalid` for what is no such entry. */
export function readInfrastructureIssue(fields: Json, place: string): Draft {
  const id = requiredOf(fields, 'id', place);
  const title = optionalOf(fields, 'title', place);
  const url = optionalOf(fields, 'documentation', place);
  const [line, steps, isIgnored] = [fields['lineNumber'], fields['path'] ?? [], fields['isIgnored'] ?? false];
  if (!Array.isArray(steps)) throw wrongAt(`${place}.path`, 'no list');
  if (typeof isIgnored !== 'boolean') throw wrongAt(`${place}.isIgnored`, 'neither true nor false');
  const hasLine = typeof line === 'number' && Number.isInteger(line) && line > 0;
  const resource = optionalOf(fields, 'msg', place) ?? JSON.stringify(steps);
  const [document] = steps as unknown[];
  return {
    finding: {
      id,
      rule: id,
      category: 'misconfiguration',
      severity: ratingOf(fields, place),
      ...(title === undefined ? {} : { title }),
      ...(url === undefined ? {} : { url }),
      ...(isIgnored ? { suppressed: { by: '.snyk' } } : {}),
    },
    // The resource stays the same when lines are added above it.
    identity: [id, resource, resource === '[]' && hasLine ? line : undefined, ...laterDocument(document)],
    ...(hasLine ? { line } : {}),
  };
}

/** Documents of one file of YAML may name a resource alike: `msg` does not tell which of them it is. */
function laterDocument(step: unknown): string[] {
  return typeof step === 'string' && /^\[DocId: [1-9]\d*\]$/.test(step) ? [step] : [];
}
