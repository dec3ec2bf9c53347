import { integerOf, objectOf, textOf } from '../json/field.ts';
import type { Rule } from './rule.ts';
import type { Json } from '../json/shape.ts';

/** The driver of a run, or one of its extensions. */
export interface Component {
  name?: string;
  guid?: string;
  version?: string;
  rules: Rule[];
}

/** How a result names its rule (section 3.52): by any of these, of one component or of the driver. */
export interface RuleReference {
  id?: string;
  index?: number;
  guid?: string;
  component?: { index?: number; guid?: string; name?: string };
}

/** Reads `ruleId`, `ruleIndex` and `rule` of a result, or the `descriptor` of an override. Throws `invalid` for other types. */
export function readReference(owner: Json, descriptor: Json, where: string): RuleReference {
  const component = objectOf(descriptor, 'toolComponent', where);
  return {
    ...defined('id', textOf(owner, 'ruleId', where) ?? textOf(descriptor, 'id', where)),
    ...defined(
      'index',
      atLeast0(integerOf(descriptor, 'index', where)) ?? atLeast0(integerOf(owner, 'ruleIndex', where)),
    ),
    ...defined('guid', textOf(descriptor, 'guid', where)),
    ...(component === undefined
      ? {}
      : {
          component: {
            ...defined('index', atLeast0(integerOf(component, 'index', where))),
            ...defined('guid', textOf(component, 'guid', where)),
            ...defined('name', textOf(component, 'name', where)),
          },
        }),
  };
}

/** -1 is the standard's way to say "none". */
function atLeast0(index: number | undefined): number | undefined {
  return index === undefined || index < 0 ? undefined : index;
}

function defined<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

/**
 * Finds the rules that a result may mean. One, as a rule; several when its index and its id name different ones or an id is there
 * twice: the caller takes the worst of them. None when the report does not describe the rule.
 */
export function ruleFinder(driver: Component, extensions: readonly Component[]): (reference: RuleReference) => Rule[] {
  const all = [driver, ...extensions];
  const byId = new Map<Component, Map<string, Rule[]>>(all.map((one) => [one, Map.groupBy(one.rules, ({ id }) => id)]));
  return (reference) => {
    const components = componentsOf(reference, driver, extensions);
    const [only] = components.length === 1 ? components : [];
    const indexed = reference.index === undefined ? undefined : only?.rules[reference.index];
    if (indexed !== undefined && isNamed(indexed, reference)) return [indexed];
    const named = findNamed(reference, components, byId);
    const found = named.length > 0 ? named : findNamed(reference, all, byId);
    return indexed === undefined ? found : [indexed, ...found];
  };
}

function componentsOf(
  { component }: RuleReference,
  driver: Component,
  extensions: readonly Component[],
): readonly Component[] {
  if (component === undefined) return [driver];
  if (component.index !== undefined) return [extensions[component.index] ?? driver];
  const all = [driver, ...extensions];
  const { guid, name } = component;
  const same = all.filter((one) => (guid === undefined ? name !== undefined && one.name === name : one.guid === guid));
  return same.length > 0 ? same : [driver];
}

function isNamed(rule: Rule, { id, guid }: RuleReference): boolean {
  return (
    (id === undefined || id === rule.id || id.startsWith(`${rule.id}/`)) && (guid === undefined || rule.guid === guid)
  );
}

function findNamed(
  { id, guid }: RuleReference,
  components: readonly Component[],
  byId: ReadonlyMap<Component, ReadonlyMap<string, Rule[]>>,
): Rule[] {
  if (guid !== undefined) return components.flatMap(({ rules }) => rules.filter((rule) => rule.guid === guid));
  // An id may be that of a rule with parts of the tool's own behind it: a/b/c is of a/b/c, else of a/b, else of a.
  for (let name = id; name !== undefined; name = withoutLastPart(name)) {
    const found = components.flatMap((component) => byId.get(component)?.get(name) ?? []);
    if (found.length > 0) return found;
  }
  return [];
}

function withoutLastPart(id: string): string | undefined {
  const end = id.lastIndexOf('/');
  return end <= 0 ? undefined : id.slice(0, end);
}
