import { invalid } from '../invalid.ts';
import type { Draft } from './draft.ts';
import { fieldsAt, optionalTextOf, textOf } from './field.ts';
import { ratingOf } from './severity.ts';

/** One entry of `infrastructureAsCodeIssues`. Throws `invalid` for what is no such entry. */
export function readInfrastructureIssue(value: unknown, place: string): Draft {
  const fields = fieldsAt(value, place);
  const id = textOf(fields, 'id', place);
  const title = optionalTextOf(fields, 'title', place);
  const url = optionalTextOf(fields, 'documentation', place);
  const [line, steps, isIgnored] = [fields['lineNumber'], fields['path'] ?? [], fields['isIgnored'] ?? false];
  if (!Array.isArray(steps)) throw invalid(`is no report of snyk: path of ${place} is not a list`);
  if (typeof isIgnored !== 'boolean') throw invalid(`is no report of snyk: isIgnored of ${place} is not true or false`);
  const hasLine = typeof line === 'number' && Number.isInteger(line) && line > 0;
  const resource = optionalTextOf(fields, 'msg', place) ?? JSON.stringify(steps);
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
    identity: [id, resource, resource === '[]' && hasLine ? line : undefined],
    ...(hasLine ? { line } : {}),
  };
}
