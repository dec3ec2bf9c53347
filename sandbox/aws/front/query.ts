/** Parameters of the EC2 query protocol: `A.1.B=x` becomes `{ A: { 1: { B: 'x' } } }`. */
export type Query = { [name: string]: string | Query };

export function parseQuery(body: string): Query {
  const root: Query = Object.create(null) as Query;
  for (const [path, value] of new URLSearchParams(body)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let node = root;
    for (const name of names) {
      const child = node[name];
      node = typeof child === 'object' ? child : (node[name] = Object.create(null) as Query);
    }
    node[last] = value;
  }
  return root;
}

/** A parameter's text, or undefined when it is absent or a structure. */
export function text(query: Query, name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' ? value : undefined;
}

/** A numbered list's members in the order of their numbers; a single value counts as a list of one. */
function members(query: Query, name: string): (string | Query)[] {
  const value = query[name];
  if (value === undefined) return [];
  if (typeof value === 'string') return [value];
  return Object.keys(value)
    .sort((a, b) => Number(a) - Number(b))
    .flatMap((key) => value[key] ?? []);
}

export function texts(query: Query, name: string): string[] {
  return members(query, name).filter((member) => typeof member === 'string');
}

export function structures(query: Query, name: string): Query[] {
  return members(query, name).filter((member) => typeof member === 'object');
}
