/** One value of an object and the way to it: map keys, and list items by their `name` as `[name="web"]`. */
export type Fields = Map<string, { steps: Step[]; value: unknown }>;

export type Step = string | { name: string };
type Tree = Record<string, unknown>;

/** Identity and bookkeeping: nobody owns them. */
const UNOWNED =
  /^\.(apiVersion|kind|metadata\.(name|namespace|uid|resourceVersion|generation|creationTimestamp|managedFields))$/;

/** The leaves of an object, as server-side apply owns them. Lists without names are one value, as atomic lists are. */
export function fieldsOf(object: unknown): Fields {
  const fields: Fields = new Map();
  const walk = (value: unknown, steps: Step[]): void => {
    if (isTree(value) && Object.keys(value).length > 0)
      return Object.entries(value).forEach(([key, child]) => walk(child, [...steps, key]));
    if (isNamedList(value)) return value.forEach((item) => walk(item, [...steps, { name: String(item['name']) }]));
    const path = pathOf(steps);
    if (!UNOWNED.test(path)) fields.set(path, { steps, value });
  };
  walk(object, []);
  return fields;
}

export function setField(object: Tree, steps: readonly Step[], value: unknown): void {
  let at: unknown = object;
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    const next = steps[index + 1];
    const container = typeof next === 'object' ? [] : {};
    if (typeof step === 'object') at = itemOf(at as Tree[], step.name);
    else if (isLast) (at as Tree)[step] = structuredClone(value);
    else at = (at as Tree)[step] ??= container;
  }
}

/** Removes the field, and the items and maps that have nothing left in them. */
export function removeField(object: Tree, [step, ...rest]: readonly Step[]): void {
  if (typeof step !== 'string' || !(step in object)) return;
  const child = object[step];
  const [next] = rest;
  if (typeof next === 'object' && Array.isArray(child)) {
    const item = (child as Tree[]).find(({ name }) => name === next.name);
    const below = rest.slice(1);
    if (item !== undefined && below[0] !== 'name') removeField(item, below);
    const left = item !== undefined && below[0] !== 'name' && Object.keys(item).some((key) => key !== 'name');
    if (!left) object[step] = (child as Tree[]).filter((each) => each !== item);
    if ((object[step] as Tree[]).length === 0) delete object[step];
    return;
  }
  if (rest.length > 0 && isTree(child)) {
    removeField(child, rest);
    if (Object.keys(child).length > 0) return;
  }
  delete object[step];
}

function itemOf(list: Tree[], name: string): Tree {
  const found = list.find((item) => item['name'] === name);
  if (found !== undefined) return found;
  const made = { name };
  list.push(made);
  return made;
}

function pathOf(steps: readonly Step[]): string {
  return steps.map((step) => (typeof step === 'string' ? `.${step}` : `[name="${step.name}"]`)).join('');
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNamedList(value: unknown): value is Tree[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((item) => isTree(item) && typeof item['name'] === 'string')
  );
}
