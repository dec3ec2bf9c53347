import { awsError } from './error.ts';
import { structures, text, texts, type Query } from './query.ts';

/** Values of a thing by filter name (`tag:Name`, `group-id`); a name that is missing here is one that EC2 would refuse. */
export type Fields = (name: string) => string[] | undefined;

/** Whether a thing passes all `Filter.N`; several values of one filter are alternatives, `*` and `?` are wildcards. */
export function passesFilters(query: Query, fields: Fields): boolean {
  return structures(query, 'Filter').every((filter) => {
    const name = text(filter, 'Name') ?? '';
    const have = fields(name);
    if (have === undefined) throw awsError('InvalidParameterValue', `The filter '${name}' is invalid`);
    const wanted = texts(filter, 'Value').map(wildcard);
    return have.some((value) => wanted.some((pattern) => pattern.test(value)));
  });
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
