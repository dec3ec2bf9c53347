import { at, isRecord, type Fields } from '../rollout/field.ts';
import { childPointer, type Finding, type Pointer } from './position.ts';
import { walk } from './walk.ts';

/** Where only strings may be, and YAML easily makes a number or a boolean of what was meant as text. */
export function stringProblems(object: Fields): Finding[] {
  const found: Finding[] = [];
  const check = (item: unknown, path: Pointer): void => {
    if (typeof item === 'string') return;
    // The values of a Secret are not told.
    const got =
      object['kind'] === 'Secret' && path.startsWith('/stringData') ? `a ${typeof item}` : describeValue(item);
    found.push({ path, message: `expected a string, got ${got}: put it in quotes` });
  };
  const checkMap = (map: unknown, path: Pointer): void => {
    if (map === undefined || map === null) return;
    if (!isRecord(map)) found.push({ path, message: `expected a map of strings, got ${describeValue(map)}` });
    else for (const [key, item] of Object.entries(map)) check(item, childPointer(path, key));
  };
  if (object['kind'] === 'ConfigMap') checkMap(object['data'], '/data');
  if (object['kind'] === 'Secret') checkMap(object['stringData'], '/stringData');
  if (object['kind'] === 'Service') checkMap(at(object, 'spec', 'selector'), '/spec/selector');
  walk(object, '', (value, path) => {
    if (isContainerText(path)) check(value, path);
    if (!isRecord(value)) return;
    if (path.endsWith('/metadata')) {
      checkMap(value['labels'], `${path}/labels`);
      checkMap(value['annotations'], `${path}/annotations`);
    }
    if (path.endsWith('elector')) checkMap(value['matchLabels'], `${path}/matchLabels`);
    if (/\/env\/\d+$/.test(path) && (value['value'] ?? undefined) !== undefined) check(value['value'], `${path}/value`);
  });
  return found;
}

function isContainerText(path: Pointer): boolean {
  return /\/(containers|initContainers)\/\d+\/(command|args)\/\d+$/.test(path);
}

/** What the value is, for a sentence. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `the ${typeof value} ${JSON.stringify(value)}`;
}
